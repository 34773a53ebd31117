"""The command: pages over many people as Markdown.

    python -m tools.page_benchmark [--people N] [--folder FOLDER] [--requests N] [--paints N] [--only NAME]

Needs Chromium. `--folder` keeps the people for another run; what is there already is taken as it is.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tools.page_benchmark.crowded import fill
from tools.page_benchmark.pages import PAGES, address, some_people
from tools.page_benchmark.timing import timing

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Fill a data folder, serve it, and print what each page took."""
    parser = argparse.ArgumentParser(prog="python -m tools.page_benchmark")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="where the people are kept for reuse")
    parser.add_argument("--requests", type=int, default=21, help="of each page, each about another")
    parser.add_argument("--paints", type=int, default=5)
    parser.add_argument("--only", action="append", default=[], choices=list(PAGES))
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if chromium is None:
        sys.exit("This needs Chromium; on Debian: apt install chromium")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch) / "data"
        if not folder.exists():
            fill(folder, options.people)
        with _serving(folder) as host, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium)
            for line in _table(host, browser, options):
                print(line, flush=True)
            browser.close()


def _table(host: str, browser: Browser, options: argparse.Namespace) -> Iterator[str]:
    everybody = some_people(options.requests + 1, options.people)
    yield f"{options.people:,} people."
    yield ""
    yield "| page | server ms, median | slowest | first paint ms | KB |"
    yield "|---|--:|--:|--:|--:|"
    for name in options.only or PAGES:
        paths = [address(PAGES[name], someone) for someone in everybody]
        try:
            took = timing(host, paths, browser, options.paints)
        except (httpx.HTTPError, PlaywrightError) as error:
            yield f"| {name} | {type(error).__name__} | | | |"
            continue
        figures = (took.server, took.slowest, took.paint, took.kilobytes)
        yield f"| {name} | {' | '.join(f'{figure:,.0f}' for figure in figures)} |"


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """The address of a service over a data folder, until the block ends."""
    command = [
        sys.executable,
        "-m",
        "kb_service.cli",
        "serve",
        "--port",
        "0",
        "--data",
        str(folder),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            said = next(line for line in process.stdout if "http://" in line)
            yield said[said.index("http://") :].strip().rstrip("/")
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
