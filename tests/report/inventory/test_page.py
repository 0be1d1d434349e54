"""The page of ``inventory --html``: complete, harmless, and in a browser readable by everybody, on paper too."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.report.inventory import attention
from sectigo_f5.report.inventory.page import About, render
from sectigo_f5.report.inventory.rows import Found, Row, Use
from tests.report.page.test_browser import AA, PAPER
from tests.report.page.test_rendering import Page
from tests.support.browser import browser
from tests.support.builders import NOW
from tests.support.inventories import items
from tests.support.properties import generated

ABOUT = About(NOW, Path("/etc/sectigo"), ("bigip-ber", "bigip-fra"))


def text_of(rows: list[Row], about: About = ABOUT) -> str:
    return "".join(render(rows, attention.counts(rows), about))


def test_page_tells_everything_of_an_item() -> None:
    (row,) = items(1, NOW)
    group = Use("/Common/old", "client-ssl", "pair", (), (), None, "/Common/strong", ("ECDHE", "!RC4"), ("no-tlsv1",))
    found = (Found("new", "note", "it is on no earlier inventory"),)
    shown = Page(text_of([replace(row, uses=(*row.uses, group), findings=found)])).text
    for text in (
        *row.names, row.issuer, row.serial, row.fingerprint, row.owner, row.purpose, row.certificate, row.key,
        "password, protected, exportable", "192.0.2.1 port 443", "/Common/strong (ECDHE; !RC4)", "CHG-4711",
        "/Common/old: none", "/Common/old: no-tlsv1", "it is on no earlier inventory", "2026-11-24 12:00 UTC",
    ):  # fmt: skip
        assert str(text) in shown, text


def test_page_says_what_it_is_about_and_what_was_not_read() -> None:
    about = replace(ABOUT, selection=("bigip-*",), problems=("bigip-muc: no answer",), remarks=("the first one",))
    shown = Page(text_of([], about)).text
    assert "As of 2026-11-23 12:00 UTC, from /etc/sectigo, by sectigo-f5 " in shown
    assert "read from bigip-ber, bigip-fra; only bigip-*" in shown
    assert "bigip-muc: no answer" in shown
    assert "the first one" in shown
    assert "There is none, or none that was selected." in shown


@cache
def usual_tags() -> frozenset[str]:
    (row,) = items(1, NOW)
    return frozenset(Page(text_of([replace(row, findings=(Found("new", "note", "no"),))])).tags)


@generated(20)
@given(text=st.text(st.sampled_from("<>&\"'{}%#\x00\x1b\n a"), max_size=12))
def test_nothing_from_outside_becomes_markup(text: str) -> None:
    (row,) = items(1, NOW)
    odd = replace(row, common_name=text, names=(text,), issuer=text, owner=text, findings=(Found("new", "note", text),))
    assert {*Page(text_of([odd])).tags} <= usual_tags()


def test_page_in_a_browser_is_readable_on_every_width_and_on_paper(tmp_path: Path) -> None:
    """One browser for all, because starting it takes as long as the rest."""
    rows = sorted(items(49, NOW), key=attention.place)
    about = replace(ABOUT, problems=("bigip-muc: no answer",))
    (tmp_path / "inventory.html").write_text(text_of(rows, about), encoding="utf-8")
    with browser(tmp_path / "browser") as chromium:
        for width, dark in ((360, False), (1280, True)):
            chromium.open(tmp_path / "inventory.html", width, dark=dark)
            assert chromium.value("document.documentElement.scrollWidth <= innerWidth"), width
            seen, faint = chromium.faint_texts(AA)
            assert (seen > 500, faint) == (True, []), width
        assert chromium.messages() == []
        assert chromium.value("performance.getEntriesByType('resource').length") == 0
        headings = chromium.value("[...document.querySelectorAll('h1, h2, h3')].map((each) => +each.tagName[1])")
        assert headings == [1, 2, 2, 2]
        roles = "[...document.querySelectorAll('.whose a')].every((each) => document.querySelector(each.hash))"
        assert chromium.value(roles), "each name leads to its item"
        tree = chromium.command("Accessibility.getFullAXTree")["nodes"]
        found = {node["role"]["value"] for node in tree if not node["ignored"]}
        assert {"banner", "main", "contentinfo", "table", "columnheader", "rowheader"} <= found
        printed = base64.b64decode(chromium.command("Page.printToPDF", preferCSSPageSize=True)["data"])
        assert 8 <= len(PAPER.findall(printed)) <= 30, "details are printed, too"


def test_page_has_no_script_and_allows_none() -> None:
    text = text_of(items(2, NOW))
    assert "<script" not in text
    assert re.search("default-src 'none'; style-src 'sha256-[^']+'; script-src 'none'; ", html.unescape(text))
