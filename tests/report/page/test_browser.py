"""The page in a real browser: on a phone, in the dark, by keyboard, on paper, and with nothing but itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from sectigo_f5.report.page.rendering import About, render
from tests.support.browser import Browser, browser
from tests.support.fleets import fleet

NOW = datetime.now(timezone.utc)
SIZE = 84  # certificates: one of each kind
AA = 4.5  # the contrast that WCAG 2.2 asks for, criterion 1.4.3
GRAPHICS = 3  # and of what is drawn, criterion 1.4.11
PAPER = re.compile(rb"/Type\s*/Page\b")
SHOWN = "[...document.querySelectorAll('tbody')].filter((body) => !body.hidden)"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "status.html"
    about = About(NOW, Path("/etc/sectigo"), remarks=["bigip-fra: the management certificate ends in 12 days"])
    file.write_text(render(fleet(SIZE, NOW), about), encoding="utf-8")
    return file


def open_details(chromium: Browser) -> None:
    buttons = "[...document.querySelectorAll('.days > summary, button.name')].slice(0, 12)"
    chromium.value(f"{buttons}.forEach((each) => each.click())")


def focused(chromium: Browser) -> str:
    return str(chromium.value("document.activeElement.id || document.activeElement.textContent.trim()"))


def luminance(colour: str) -> float:
    """Return the relative luminance of ``rgb(…)`` (WCAG 2.2)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def stands_out(chromium: Browser, bar: str) -> bool:
    """Tell whether a bar of the time line can be told from what is behind it (WCAG 2.2, criterion 1.4.11)."""
    fill = luminance(chromium.value(f"getComputedStyle(document.querySelector('{bar}')).fill"))
    back = luminance(chromium.value("getComputedStyle(document.querySelector('.chart')).backgroundColor"))
    return (max(fill, back) + 0.05) / (min(fill, back) + 0.05) >= GRAPHICS


def names_shown(chromium: Browser) -> list[str]:
    return list(chromium.value(f"{SHOWN}.map((body) => body.querySelector('.name').textContent)"))


def test_page_fits_every_width_and_can_be_read_in_both_schemes(chromium: Browser, page: Path) -> None:
    for width, dark in ((360, False), (360, True), (768, False), (1280, False), (1280, True)):
        chromium.open(page, width, dark=dark)
        open_details(chromium)
        assert chromium.value("document.documentElement.scrollWidth <= innerWidth"), width
        if width != 768:  # drawn with the style of 360
            seen, faint = chromium.faint_texts(AA)
            assert (seen > 500, faint) == (True, []), (width, dark)
        assert [kind for kind in ("renewal", "end", "threat") if not stands_out(chromium, f"rect.{kind}")] == []
        back = chromium.value("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", back))) < 200) == dark
    assert chromium.messages() == []


def test_page_is_operated_by_keyboard_and_says_what_it_did(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    chromium.press(Keys.TAB)
    assert focused(chromium) == "Skip to the certificates"
    assert chromium.value("document.activeElement.getBoundingClientRect().left") >= 0
    chromium.press(Keys.ENTER, Keys.TAB)
    assert focused(chromium) == "find"
    assert chromium.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    chromium.press("host1.example.com")
    assert names_shown(chromium) == ["host1.example.com"]
    told = "document.querySelector('[role=status]').textContent"
    assert chromium.value(told) == "1 of 84 certificates"
    chromium.press(Keys.TAB, "u")
    assert (focused(chromium), chromium.value("document.getElementById('show').value")) == ("show", "unmanaged")
    assert chromium.value("document.getElementById('nothing').hidden") is False
    chromium.press(Keys.TAB)
    for heading in ("State", "Certificate", "Days left"):
        assert focused(chromium) == heading
        chromium.press(Keys.TAB if heading != "Days left" else Keys.SPACE)
    assert chromium.value(told) == "sorted by days left, ascending"
    assert chromium.value("[...document.querySelectorAll('[aria-sort]')].map((each) => each.textContent)") == [
        "Days left"
    ]


def test_table_is_sorted_filtered_and_opened(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    assert len(names_shown(chromium)) == SIZE
    chromium.value("document.querySelector('[data-show=ending]').click()")
    assert sorted(names_shown(chromium)) == ["host25.example.com", "host37.example.com"]
    chromium.value("document.querySelector('[data-show=managed]').click()")
    for way, first in (("ascending", "host25.example.com"), ("descending", "host17.example.com")):
        chromium.value("document.querySelector('th[data-kind=number] button').click()")
        assert names_shown(chromium)[0] == first
        assert chromium.value("document.querySelector('th[data-kind=number]').ariaSort") == way
    chromium.value("document.querySelector('.troubles a').click()")
    name = "document.activeElement.closest('tbody').querySelector('.name')"
    chromium.value("new Promise((done) => setTimeout(done, 0))")
    assert chromium.value(f"{name}.textContent") == "host1.example.com"
    assert chromium.value(f"{name}.ariaExpanded") == "true"
    assert chromium.value("document.activeElement.closest('tbody').querySelector('.error').checkVisibility()")
    chromium.press(Keys.SPACE)
    assert chromium.value(f"{name}.ariaExpanded") == "false"
    assert chromium.messages() == []


def test_page_without_scripts_shows_everything(chromium: Browser, page: Path) -> None:
    chromium.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(page, 360)
        root = chromium.command("DOM.getDocument", depth=0)["root"]["nodeId"]
        selectors = ("a.name[href^='#c']", ".more details", ".tools[hidden]")
        found = [chromium.command("DOM.querySelectorAll", nodeId=root, selector=each)["nodeIds"] for each in selectors]
        assert list(map(len, found)) == [SIZE, SIZE, 1]
        assert chromium.command("Page.getLayoutMetrics")["cssContentSize"]["width"] <= 360
    finally:
        chromium.command("Emulation.setScriptExecutionDisabled", value=False)


def test_page_loads_nothing_and_its_headings_and_landmarks_are_in_order(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    assert chromium.value("performance.getEntriesByType('resource').length") == 0
    levels = "[...document.querySelectorAll('h1, h2, h3')].map((each) => Number(each.tagName[1]))"
    found = chromium.value(levels)
    assert found[0] == 1
    assert max(after - before for before, after in zip(found, found[1:], strict=False)) == 1
    tree = chromium.command("Accessibility.getFullAXTree")["nodes"]
    roles = {node["role"]["value"] for node in tree if not node["ignored"]}
    assert {"banner", "main", "contentinfo", "search", "table", "columnheader", "rowheader", "status"} <= roles
    nameless = [
        node["role"]["value"]
        for node in tree
        if node.get("role", {}).get("value") in ("button", "link", "searchbox", "combobox", "image", "table", "region")
        and not node["ignored"]
        and not node["name"]["value"]
    ]
    assert nameless == []


def test_page_is_printed(chromium: Browser, page: Path) -> None:
    chromium.open(page, dark=True)
    printed = base64.b64decode(chromium.command("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert printed.startswith(b"%PDF")
    assert 2 <= len(PAPER.findall(printed)) <= 8


def test_page_of_nothing_complains_of_nothing(chromium: Browser, tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_text(render([], About(NOW, Path("/etc/sectigo"))), encoding="utf-8")
    chromium.open(tmp_path / "empty.html", 360)
    assert chromium.value("document.documentElement.scrollWidth <= innerWidth")
    assert chromium.value("document.getElementById('nothing').checkVisibility()")
    assert chromium.messages() == []
