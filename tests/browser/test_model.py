"""A position model: narrowing whom it judges by hand, by keyboard and without scripts; checks in place."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import HOSTILE
from tests.browser.visiting import visit
from tests.served import Served

MODEL = "/position-models/customer-service-specialist"


def test_a_filter_narrows_the_table_without_leaving_the_page(
    browser: Browser, served: Served
) -> None:
    with visit(browser, served.url + MODEL) as seen:
        rows = seen.page.locator("#candidates tbody tr")
        seen.page.locator("select[name=verdict]").select_option("insufficient-evidence")

        expect(rows.filter(has_not_text="Insufficient evidence")).to_have_count(0)
        expect(rows.filter(has_text=HOSTILE)).to_have_count(1)
        assert seen.page.url == served.url + MODEL
        assert seen.page.title() != "ran"
        assert seen.faults == []


def test_filtering_works_without_scripts(browser: Browser, served: Served) -> None:
    with visit(browser, served.url + MODEL, scripts=False) as seen:
        seen.page.get_by_label("Holds it").select_option("true")
        seen.page.get_by_role("button", name="Filter").click()

        assert "/candidates?" in seen.page.url and "holds=true" in seen.page.url
        expect(seen.page.get_by_label("Holds it")).to_have_value("true")


def test_a_version_is_checked_on_the_page_itself_by_keyboard(
    browser: Browser, served: Served
) -> None:
    with visit(browser, served.url + MODEL) as seen:
        seen.page.get_by_role("button", name="Check", exact=True).focus()
        seen.page.keyboard.press("Enter")

        expect(seen.page.locator("#findings")).to_contain_text("0.1.0")
        assert seen.page.url == served.url + MODEL
        assert seen.faults == []


def test_people_are_chosen_in_the_table_and_compared(browser: Browser, served: Served) -> None:
    with visit(browser, served.url + MODEL) as seen:
        for place in (0, 1):
            seen.page.locator("#candidates input[type=checkbox]").nth(place).check()
        seen.page.get_by_role("button", name="Compare those chosen").click()

        assert "/compare?" in seen.page.url
        assert seen.page.url.count("person=") == 2
        assert seen.faults == []
