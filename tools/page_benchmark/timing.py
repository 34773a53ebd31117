"""What one page takes: the server's time, the first paint, and what is sent."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from playwright.sync_api import Browser

_PAINTED = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const paint = list.getEntriesByName("first-contentful-paint")[0];
    if (!paint) return;
    const sent = [...performance.getEntriesByType("navigation"),
                  ...performance.getEntriesByType("resource")];
    resolve([paint.startTime, sent.reduce((sum, each) => sum + each.transferSize, 0)]);
  }).observe({ type: "paint", buffered: true });
})"""


_MOST_SECONDS = 30.0
"""A page that takes longer is told as one that failed."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the server and until the first paint, medians, and kilobytes as sent."""

    server: float
    slowest: float
    paint: float
    kilobytes: float


def timing(host: str, paths: Sequence[str], browser: Browser, paints: int) -> Timing:
    """What a page takes that is asked for at these paths in turn; the first warms what is kept.

    Every paint is that of a fresh browser, which has nothing of the service. Raises
    httpx.HTTPStatusError when the page is not there.
    """
    seconds = server_seconds(host, paths)[1:]
    painted = [_painted(browser, host + path) for path in paths[-paints:]]
    return Timing(
        server=statistics.median(seconds) * 1000,
        slowest=max(seconds) * 1000,
        paint=statistics.median(paint for paint, _ in painted),
        kilobytes=max(sent for _, sent in painted) / 1000,
    )


def server_seconds(host: str, paths: Sequence[str]) -> list[float]:
    """Seconds from each request to the last byte of its answer, on one connection."""
    headers = {"Accept": "text/html", "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
    found = []
    with httpx.Client(base_url=host, headers=headers, timeout=_MOST_SECONDS) as client:
        for path in paths:
            begun = time.perf_counter()
            answer = client.get(path)
            found.append(time.perf_counter() - begun)
            answer.raise_for_status()
    return found


def _painted(browser: Browser, address: str) -> tuple[float, float]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.goto(address, wait_until="load")
        paint, sent = page.evaluate(_PAINTED)
        return float(paint), float(sent)
    finally:
        context.close()
