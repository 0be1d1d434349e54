"""A real browser without a window: pages are opened, keys are pressed, colours are read as they are drawn."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEIGHT = 900  # pixels

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Browser:
    """One browser; what it shows is a file on this host."""

    driver: webdriver.Chrome

    def open(self, page: Path | str, width: int = 1280, *, dark: bool = False) -> None:
        """Show a page, from nothing, on a screen of so many pixels."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.command("Emulation.setEmulatedMedia", features=features)
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=HEIGHT, deviceScaleFactor=1, mobile=width < 600
        )
        self.driver.get("about:blank")
        self.driver.get(page if isinstance(page, str) else page.as_uri())

    def command(self, name: str, **parameters: Any) -> Any:
        """Give a command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def value(self, expression: str, *arguments: object) -> Any:
        """Return what a script returns in the page."""
        return self.driver.execute_script(f"return {expression}", *arguments)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, where the focus is."""
        actions = ActionChains(self.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def faint_texts(self, ratio: float) -> tuple[int, list[str]]:
        """Return how many texts are drawn, and those that stand out less than by ``ratio`` (WCAG 2.2)."""
        found = self.driver.execute_script(CONTRAST, ratio)
        return found["seen"], found["faint"]

    def messages(self) -> list[str]:
        """Return what the browser has complained about since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def picture(self, file: Path, *, whole: bool = True) -> None:
        """Keep what is shown as a PNG file."""
        shown = self.command("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shown["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start a browser with a profile of its own, and end it; fails if there is none: see PROGRAMS in script/test."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    assert program, f"none of {', '.join(BROWSERS)} is installed"
    assert driver, "chromedriver is not installed"
    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"]
    for argument in (*arguments, f"--user-data-dir={folder}", "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    with_driver = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(with_driver)
    finally:
        with_driver.quit()
