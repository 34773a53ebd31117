"""What a browser notices on a page: errors, requests elsewhere, barriers, text that is cut off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
_PICTURES = "PICTURES"
"""The variable of the environment that asks for pictures of the pages, whatever it says."""
WIDE, NARROW = 1440, 390
_HEIGHT = 900
_SLOWEST = 120_000
"""Milliseconds, for a machine that does much else."""
_CUT_OFF = """() => {
  const root = document.documentElement;
  return root.scrollWidth > root.clientWidth ? `${root.scrollWidth} > ${root.clientWidth}` : "";
}"""
_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap((each) =>
    each.nodes.map((node) => `${each.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""

expect.set_options(timeout=_SLOWEST)

Scheme = Literal["light", "dark"]


@dataclass
class Visit:
    """An open page, and what went wrong on it so far."""

    page: Page
    host: str
    width: int
    scheme: Scheme
    faults: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Note what axe-core objects to, and whether the page is wider than its window."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_axe())
        self.faults += [f"{self._shown}: {fault}" for fault in self.page.evaluate(_AXE)]
        self.measure()

    def measure(self) -> None:
        """Note whether the page is wider than its window."""
        if cut := self.page.evaluate(_CUT_OFF):
            self.faults.append(f"{self._shown}: the page is wider than its window: {cut}")

    @property
    def _shown(self) -> str:
        return f"{self.width} wide, {self.scheme}"

    def appear(self, *, width: int | None = None, scheme: Scheme | None = None) -> None:
        """Show the page in a window of another width, or in other colours."""
        if width is not None:
            self.width = width
            self.page.set_viewport_size({"width": width, "height": _HEIGHT})
        if scheme is not None:
            self.scheme = scheme
            self.page.emulate_media(color_scheme=scheme)

    def keep(self, name: str) -> None:
        """Take a picture of the whole page for people to look at, where somebody wants to."""
        if _PICTURES not in os.environ:
            return
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"the console says: {message.text}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self.host:
            self.faults.append(f"a request to another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.faults.append(f"{response.status} for {response.url}")


@contextmanager
def visit(
    browser: Browser,
    address: str,
    *,
    width: int = WIDE,
    language: str = "en",
    scheme: Scheme = "light",
    scripts: bool = True,
) -> Iterator[Visit]:
    """A page as somebody with a fresh browser of this width and language sees it."""
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHT},
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        color_scheme=scheme,
        java_script_enabled=scripts,
    )
    context.set_default_timeout(_SLOWEST)
    try:
        page = context.new_page()
        made = Visit(page, urlsplit(address).netloc, width, scheme)
        page.on("console", made._heard)
        page.on("pageerror", lambda error: made.faults.append(f"a script failed: {error}"))
        page.on("request", made._asked)
        page.on("response", made._answered)
        page.goto(address, wait_until="load")
        yield made
    finally:
        context.close()


@cache
def _axe() -> str:
    """The script of axe-core, which the page's own policy would not load."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
