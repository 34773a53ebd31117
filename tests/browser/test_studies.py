"""Studies in a browser: rounds of a panel, the way to a reason, drafting by hand, handing one in."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from kb_service.knowledge_files import knowledge_root
from tests.browser.visiting import visit
from tests.served import Served

PANEL = "/studies/csr-delphi"
EXAMPLES = knowledge_root() / "examples" / "studies"


def test_the_rounds_of_a_panel_are_drawn_and_told_in_words(
    browser: Browser, served: Served
) -> None:
    with visit(browser, served.url + PANEL) as seen:
        drawn = seen.page.get_by_role("img", name="Keep 23, Drop 5")

        expect(drawn).to_be_visible()
        expect(drawn.locator(".movement")).to_have_count(28)
        expect(drawn.locator(".mark.drop")).to_have_count(5)
        expect(drawn.locator("polyline")).to_have_count(24)


def test_the_keyboard_alone_leads_from_a_study_to_the_reason_of_a_decision(
    browser: Browser, served: Served
) -> None:
    with visit(browser, served.url + PANEL) as seen:
        seen.page.locator('a[href="/studies/csr-delphi/items/integrity"]').focus()
        seen.page.keyboard.press("Enter")

        expect(seen.page.get_by_role("heading", level=1)).to_contain_text("Integrity")
        expect(seen.page.get_by_text("item-kept")).to_be_visible()
        assert seen.faults == []


def test_choosing_a_study_changes_the_draft_without_leaving_the_page(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}{PANEL}/draft") as seen:
        weights = seen.page.locator(".drafted td:nth-child(4)")
        expect(weights.first).to_have_text("by policy")

        seen.page.get_by_label("Weights by").select_option("csr-ahp")

        expect(weights.first).not_to_have_text("by policy")
        assert seen.page.url == f"{served.url}{PANEL}/draft"
        assert seen.faults == []


def test_a_draft_can_be_asked_for_without_scripts(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}{PANEL}/draft", scripts=False) as seen:
        seen.page.get_by_label("Write").select_option("plan")
        seen.page.get_by_role("button", name="Draft").click()

        expect(seen.page.locator(".turtle")).to_contain_text("performance:PerformancePlan")


def test_a_workbook_handed_in_on_the_page_is_checked_without_scripts(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    workbook = tmp_path / "appraisal.xlsx"
    workbook.write_bytes((EXAMPLES / "csr-fuzzy.xlsx").read_bytes())

    with visit(browser, f"{served.url}/studies", scripts=False) as seen:
        seen.page.locator('input[type="file"]').set_input_files(workbook)
        seen.page.get_by_role("button", name="Check it").click()

        expect(seen.page.get_by_role("main")).to_contain_text("appraisal.xlsx")
        expect(seen.page.get_by_role("alert")).to_have_count(0)
