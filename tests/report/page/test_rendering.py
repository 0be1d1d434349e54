"""The page as text: complete, well-formed and harmless, whatever others have written."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.model import Change
from sectigo_f5.report.page.rendering import About, render
from sectigo_f5.report.status.rows import Row
from tests.report.test_attention import FAILED, FINE, FOREIGN, moment
from tests.support.builders import NOW
from tests.support.fleets import fleet
from tests.support.properties import generated

ABOUT = About(NOW, Path("/etc/sectigo"))
EMPTY = frozenset({"meta", "link", "input", "br"})


class Page(HTMLParser):
    """Elements of a page; fails where one is not closed, or closed by another."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: list[str] = []
        self.texts: list[str] = []
        self.values: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.values.setdefault(name, []).append(value or "")
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(data)


def page(*rows: Row, about: About = ABOUT) -> Page:
    return Page(render(rows, about))


def test_page_tells_everything_of_a_certificate() -> None:
    past = (Change(moment(-9), "renewed", "30 days left"), Change(moment(-2), "failed", "", "no answer; look at it"))
    row = replace(FAILED, error="no answer; look at it", history=past, key="RSA 2048", issuer="CN=CA", serial="2a")
    shown = page(replace(row, failures=3, last_success=moment(-3), revoked="superseded (CRL)")).text
    for text in (*row.names, row.device, *row.virtual_servers, "RSA 2048", "CN=CA", "2a", "revoked: superseded (CRL)"):
        assert text in shown
    assert shown.count("no answer; look at it") == 3, "on top, in the detail, and in what has become of it"
    assert shown.index("2026-11-21 12:00 UTC failed") < shown.index("2026-11-14 12:00 UTC renewed 30 days left")
    assert "Runs in a row that failed3" in shown.replace(" ", "").replace(
        "Runsinarowthatfailed", "Runs in a row that failed"
    )


def test_page_says_what_it_is_about() -> None:
    assert "As of 2026-11-23 12:00 UTC, from /etc/sectigo, by sectigo-f5 " in page().text
    assert "what others have on the same virtual servers." in page().text
    whole = page(about=replace(ABOUT, whole_devices=True, selection=("*.example.com", "shard 0/4")))
    assert "everything else that is in use on these BIG-IPs; only *.example.com, shard 0/4." in whole.text
    assert "shop.yaml:3: nonsense" in page(about=replace(ABOUT, remarks=["shop.yaml:3: nonsense"])).text
    assert "<title>1 of 2 failed – " in render([FAILED, FINE], ABOUT)
    assert "<title>Certificates" in render([FINE], ABOUT)


def test_page_without_a_certificate_says_so() -> None:
    shown = page()
    assert "Nothing: every certificate is as it should be." in shown.text
    assert "No renewal is planned, and no certificate ends." in shown.text
    assert "0 certificates" in shown.text
    assert "No certificate is configured, or selected." in shown.text


def test_number_leads_to_its_certificates() -> None:
    shown = page(FAILED, FINE, FOREIGN)
    assert shown.values["data-show"] == ["managed", "failed", "ending", "due", "waiting", "unmanaged"]
    assert shown.values["data-keys"] == ["wrong managed failed", "managed", "unmanaged"]


def test_common_error_stands_once_on_top_with_links() -> None:
    rows = [replace(FAILED, common_name=f"host{number}.example.com") for number in range(8)]
    text = render(rows, ABOUT)
    top = text[text.index('class="troubles"') : text.index('id="timeline"')]
    assert re.findall(r'href="#(c\d)"', top) == ["c1", "c2", "c3", "c4", "c5"]
    labels = ", ".join(f"host{number}.example.com@bigip-fra" for number in range(5))
    assert f"{labels} and 3 more" in Page(text).text
    assert top.count("<p>no answer</p>") == 1


def test_nothing_is_loaded_and_only_our_style_and_script_are_allowed() -> None:
    text = render(fleet(30, NOW), ABOUT)
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found
    for kind in ("style", "script"):
        (content,) = re.findall(f"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        hashed = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src &#39;sha256-{hashed}&#39;" in found[1]
    assert "default-src &#39;none&#39;" in found[1]
    shown = Page(text)
    assert "src" not in shown.values
    assert {value for value in shown.values["href"] if not value.startswith("#")} == {"data:,"}
    assert not [name for name in shown.values if name.startswith("on") or name == "style"]
    assert "http://" not in text
    assert "https://" not in text


def test_page_of_many_grows_with_each_by_the_same() -> None:
    few, many = (len(Page(render(fleet(size, NOW), ABOUT)).tags) for size in (84, 252))
    per_row = (many - few) / 168
    assert per_row < 90
    assert few < 84 * 90 + 200


HOSTILE = st.text(max_size=30) | st.sampled_from(
    [
        '"><script>alert(1)</script>',
        "</style><img src=x onerror=y>",
        "{{ 7*7 }}{% x %}",
        "\ud800\x00\x1b[2J",
        "' onload='x",
        "&lt;b&gt;",
        "<!--",
    ]
)
HOSTILE_ROWS = st.builds(
    Row,
    common_name=HOSTILE,
    device=HOSTILE,
    names=st.lists(HOSTILE, max_size=3).map(tuple),
    virtual_servers=st.lists(HOSTILE, max_size=3).map(tuple),
    managed=st.booleans(),
    key=st.none() | HOSTILE,
    issuer=st.none() | HOSTILE,
    serial=st.none() | HOSTILE,
    not_after=st.none() | st.floats(-5, 200).map(moment),
    days_left=st.none() | st.integers(-5, 200),
    planned_renewal=st.none() | st.floats(-5, 200).map(moment),
    revoked=st.none() | HOSTILE,
    result=st.none() | HOSTILE,
    reason=st.none() | HOSTILE,
    error=st.none() | HOSTILE,
    since=st.none() | st.just(moment(-3)),
    failures=st.integers(0, 3),
    unsaved=st.booleans(),
    next_order=st.none() | st.just(moment(1)),
    history=st.lists(st.builds(Change, st.just(moment(-3)), HOSTILE, HOSTILE, st.none() | HOSTILE), max_size=2).map(
        tuple
    ),
)


@generated(40)
@given(rows=st.lists(HOSTILE_ROWS, max_size=3), text=HOSTILE)
def test_whatever_others_write_is_text_of_a_well_formed_page(rows: list[Row], text: str) -> None:
    about = replace(ABOUT, selection=(text,), remarks=(text,))
    shown = Page(render(rows, about))
    assert shown.tags.count("script") == 1
    assert shown.tags.count("tbody") == len(rows)
    assert not {"img", "iframe", "b"} & set(shown.tags)
    assert not [name for name in shown.values if name.startswith("on")]
    assert all(character.isprintable() or character == "\n" for character in "".join(shown.texts))
