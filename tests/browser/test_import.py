"""Importing in a browser: from a file to a verdict, by keyboard, by mouse and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.visiting import NARROW, WIDE, visit
from tests.conftest import RECENTLY
from tests.served import Served, serving
from tests.shipped_store import shipped

HEADER = "工号,姓名,岗位,日期,来源,耐心坚持,时间管理"
HOSTILE = "<img src=x onerror=document.title=1>"
_DROP = """([name, text]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], name, { type: "text/csv" }));
  for (const type of ["dragover", "drop"])
    document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""
_MOST_TABS = 60


@pytest.fixture(scope="module")
def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service of its own: other tests count who is in theirs."""
    with serving(shipped(tmp_path_factory.mktemp("importing") / "data")) as made:
        yield made


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A filled sheet about one person whom nobody knows yet."""
    return written(tmp_path / "ratings.csv", f"b001,白露,客服专员,{RECENTLY},测验,7,6.5")


def written(path: Path, *rows: str) -> Path:
    """A sheet with these rows below the header."""
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return path


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this is focused, as somebody without a mouse does."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"no key leads to {wanted}")


def test_the_keyboard_alone_leads_from_a_file_to_a_verdict_and_its_reasons(
    browser: Browser, served: Served, sheet: Path
) -> None:
    with visit(browser, f"{served.url}/import") as seen:
        page = seen.page
        file = page.locator("input[type=file]")
        tab_to(page, file)
        file.set_input_files(sheet)  # what the dialog of the system does, which is not a page's
        tab_to(page, page.get_by_role("button", name="Check it"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Check the import")
        expect(page.locator(".preview")).to_contain_text("Patience and persistence 7")

        tab_to(page, page.get_by_role("button", name="Store it"))
        page.keyboard.press("Enter")
        outcome = page.locator("[data-outcome]")
        expect(outcome).to_contain_text("People: 1, assessments: 1")
        expect(outcome).to_be_focused()
        tab_to(page, page.get_by_role("link", name="白露"))
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{served.url}/people/b001")

        page.goto(f"{served.url}/people/b001/fit/customer-service-specialist")
        expect(page.locator("main")).to_contain_text("Insufficient evidence")
        expect(page.locator("main")).to_contain_text("Assumptions")
        assert seen.faults == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_would_be_stored_is_shown_to_everybody(
    browser: Browser, served: Served, sheet: Path, language: str
) -> None:
    faults = []

    for width in (WIDE, NARROW):
        with visit(browser, f"{served.url}/import", width=width, language=language) as seen:
            seen.page.set_input_files("input[type=file]", sheet)
            seen.page.locator(".send button").click()
            expect(seen.page.locator(".preview")).to_be_visible()
            seen.look()
            seen.keep(f"import-preview-{language}-{width}")
            faults += seen.faults

    assert faults == []


def test_a_file_that_is_dropped_anywhere_is_checked_at_once(
    browser: Browser, served: Served
) -> None:
    text = f"{HEADER}\nb002,{HOSTILE},客服专员,{RECENTLY},测验,7,"

    with visit(browser, f"{served.url}/import") as seen:
        seen.page.evaluate(_DROP, ["<b>dropped</b>.csv", text])

        expect(seen.page.locator(".confirm h2")).to_have_text("<b>dropped</b>.csv")
        expect(seen.page.locator(".preview .whom")).to_contain_text(HOSTILE)
        assert seen.page.title() != "1"
        assert seen.faults == []


def test_importing_works_without_scripts(browser: Browser, served: Served, tmp_path: Path) -> None:
    sheet = written(tmp_path / "plain.csv", f"b003,贝拉,客服专员,{RECENTLY},测验,7,")

    with visit(browser, f"{served.url}/import", scripts=False) as seen:
        seen.page.set_input_files("input[type=file]", sheet)
        seen.page.get_by_role("button", name="Check it").click()
        seen.page.get_by_role("button", name="Store it").click()

        expect(seen.page.get_by_role("status")).to_contain_text("Stored")
        expect(seen.page.get_by_role("link", name="贝拉")).to_be_visible()


def test_what_is_wrong_is_shown_in_the_cell_and_below_its_row(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    sheet = written(tmp_path / "faulty.csv", f"b004,Bo,客服砖员,{RECENTLY},测验,17,")

    with visit(browser, f"{served.url}/import", width=NARROW) as seen:
        seen.page.set_input_files("input[type=file]", sheet)
        seen.page.get_by_role("button", name="Check it").click()

        marked = seen.page.locator("td[data-severity=violation]")
        expect(marked).to_have_text(["客服砖员", "17"])
        expect(seen.page.locator(".of-row .note")).to_have_count(2)
        seen.look()
        seen.keep(f"import-faults-en-{NARROW}")
        # Chromium itself reports the status of the page, 422, as an error.
        assert [fault for fault in seen.faults if "status of 422" not in fault] == []


def test_a_long_import_is_watched_while_it_goes_on(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    rows = [f"c{number:04},,客服专员,{RECENTLY},测验,7,6" for number in range(600)]
    sheet = written(tmp_path / "many.csv", *rows)

    with visit(browser, f"{served.url}/import") as seen:
        seen.page.set_input_files("input[type=file]", sheet)
        seen.page.get_by_role("button", name="Check it").click()
        expect(seen.page.locator(".pager")).to_contain_text("Rows 1–40 of 600")
        seen.page.get_by_role("button", name="Store it").click()

        expect(seen.page.get_by_role("progressbar")).to_be_visible()
        expect(seen.page.locator("[data-outcome]")).to_contain_text("People: 600")
        assert seen.faults == []
