"""Pages of people in a browser: finding them, a profile, what if by mouse and keyboard, and why."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import HOSTILE
from tests.browser.visiting import visit
from tests.served import Served

MODEL = "customer-service-specialist"
WHAT_IF = f"/people/p001/fit/{MODEL}/what-if"


def slider(page: Page, dimension: str) -> str:
    """Where a slider stands in words, as it is told beside it."""
    return page.locator(f"#slider-{dimension} ~ output").inner_text()


def test_people_are_found_without_leaving_the_page(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/people") as seen:
        seen.page.get_by_label("Verdict for the post").select_option("insufficient-evidence")

        expect(seen.page.locator("#people").get_by_role("link", name="Wang Ming")).to_be_visible()
        expect(seen.page.locator("#people").get_by_text("mallory")).to_have_count(0)
        assert seen.page.url == f"{served.url}/people"
        assert seen.faults == []


def test_people_are_found_without_scripts(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/people", scripts=False) as seen:
        seen.page.get_by_label("Name or id").fill("谭")
        seen.page.get_by_role("button", name="Filter").click()

        expect(seen.page.locator("#people").get_by_role("link", name="谭静")).to_be_visible()
        expect(seen.page.locator("#people tbody tr")).to_have_count(1)


def test_a_name_that_is_code_stands_in_the_list_as_text(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/people?q=mallory") as seen:
        expect(seen.page.get_by_role("link", name=HOSTILE)).to_be_visible()
        assert seen.page.title() != "ran"


def test_a_profile_is_drawn_beside_another_position(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/people/p001") as seen:
        seen.page.get_by_label("Beside what is asked by").select_option("quality-monitor")

        drawing = seen.page.locator("#compared").get_by_role("img")
        expect(drawing).to_have_attribute("aria-label", re.compile("Quality monitor"))
        expect(drawing).to_have_attribute("aria-label", re.compile(": 8, asked "))
        assert seen.faults == []


def test_what_nobody_rated_is_drawn_as_unknown(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/people/p003/fit/{MODEL}") as seen:
        drawing = seen.page.locator("svg.radar")

        assert drawing.locator("path.sector").count() == drawing.locator(".axis-name").count() > 0
        expect(drawing.locator("circle")).to_have_count(0)


def test_a_slider_moved_by_keys_concludes_again(browser: Browser, served: Served) -> None:
    with visit(browser, served.url + WHAT_IF) as seen:
        result = seen.page.locator("#supposed")
        expect(result).to_contain_text("The verdict now")
        seen.page.get_by_role("slider", name="Patience and persistence").focus()
        for _ in range(5):
            seen.page.keyboard.press("ArrowRight")

        assert slider(seen.page, "patience") == "8"
        expect(result).to_contain_text("The verdict would be")
        expect(result).to_contain_text("100.0%")
        expect(result.get_by_role("table")).to_contain_text("Patience and persistence")
        assert seen.page.url == served.url + WHAT_IF
        assert seen.faults == []


def test_moving_the_slider_of_something_unknown_takes_it_as_rated(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/people/p003/fit/{MODEL}/what-if") as seen:
        rated = seen.page.get_by_role("checkbox", name="Patience and persistence")
        expect(rated).not_to_be_checked()

        seen.page.get_by_role("slider", name="Patience and persistence").press("ArrowRight")

        expect(rated).to_be_checked()
        expect(seen.page.locator("#supposed")).to_contain_text("The verdict would be")


def test_what_if_works_without_scripts(browser: Browser, served: Served) -> None:
    with visit(browser, served.url + WHAT_IF, scripts=False) as seen:
        seen.page.get_by_role("slider", name="Patience and persistence").fill("8")
        seen.page.get_by_role("button", name="Conclude again").click()

        expect(seen.page.locator("#supposed")).to_contain_text("The verdict would be")
        expect(seen.page.get_by_role("slider", name="Patience and persistence")).to_have_value("8")


def test_a_verdict_stands_with_its_strongest_reasons(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/people/p002/fit/{MODEL}") as seen:
        reasons = seen.page.get_by_role("list", name="Strongest reasons").get_by_role("listitem")

        expect(reasons).to_have_count(3)
        expect(reasons.first).to_contain_text("Unknown; asked 8")
        expect(seen.page.locator(".judgement")).to_contain_text("Coverage")
        expect(seen.page.locator(".judgement")).to_contain_text("Assumptions")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_explanation_opens_step_by_step_down_to_an_assessment(
    browser: Browser, served: Served, scripts: bool
) -> None:
    address = f"{served.url}/explain?person=p001&model={MODEL}"
    with visit(browser, address, scripts=scripts) as seen:
        tree = seen.page.locator("details.branch")
        for _ in range(tree.count()):
            closed = seen.page.locator("details.branch:not([open]) > summary:visible")
            if closed.count() == 0:
                break
            closed.first.focus()
            seen.page.keyboard.press("Enter")

        expect(seen.page.get_by_text("assessment 2026-05-test").first).to_be_visible()


def test_the_smallest_change_is_looked_for_on_demand(browser: Browser, served: Served) -> None:
    address = f"{served.url}/explain?person=p001&model={MODEL}&whyNot=strong-fit"
    with visit(browser, address) as seen:
        seen.page.get_by_role("button", name="Look for the smallest change").click()

        expect(seen.page.locator("#change")).to_contain_text("No change of a single rating")
        assert seen.page.url == address
        assert seen.faults == []
