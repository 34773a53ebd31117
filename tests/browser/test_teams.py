"""Teams, comparisons and the check of groups in a browser: by keyboard, with and without scripts."""

from __future__ import annotations

from playwright.sync_api import Browser, FilePayload, expect

from tests.browser.visiting import visit
from tests.served import Served

MODEL = "customer-service-specialist"
GROUPS = b"person,group\np001,<script>document.title = 'ran'</script>\np002,B\n"


def test_a_number_leads_to_the_people_and_on_to_the_reasons(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/organisation") as seen:
        seen.page.locator(".heatmap td.heat a").first.click()

        expect(seen.page.get_by_role("heading", level=1)).to_contain_text("fall short")
        seen.page.get_by_role("link", name="Why").first.click()
        expect(seen.page.get_by_role("heading", level=1)).to_be_visible()
        assert "/explain" in seen.page.url
        assert seen.faults == []


def test_another_position_comes_into_the_map_as_it_is_chosen(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/organisation") as seen:
        choice = seen.page.get_by_label("Position", exact=True)
        before = seen.page.locator("#map .turned").all_inner_texts()
        other = seen.page.locator("#model option:not([selected])").first.get_attribute("value")
        choice.select_option(other)

        expect(seen.page.locator("#map .turned").first).not_to_have_text(before[0])
        assert seen.page.url == f"{served.url}/organisation"
        assert seen.faults == []


def test_without_scripts_the_position_is_chosen_by_a_button(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/organisation", scripts=False) as seen:
        seen.page.get_by_label("Position", exact=True).select_option(index=1)
        seen.page.get_by_role("button", name="Show").click()

        expect(seen.page).to_have_url(
            f"{served.url}/organisation?model="
            f"{seen.page.locator('#model option[selected]').get_attribute('value')}"
        )


def test_people_are_ticked_and_compared_by_keyboard(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/compare?model={MODEL}", language="en") as seen:
        for number in (0, 1):
            box = seen.page.get_by_role("checkbox").nth(number)
            box.focus()
            seen.page.keyboard.press("Space")
        seen.page.get_by_role("button", name="Compare").focus()
        seen.page.keyboard.press("Enter")

        expect(seen.page.locator(".compared thead th")).to_have_count(2)
        assert seen.faults == []


def test_a_map_that_is_wider_than_the_window_scrolls_by_keyboard(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/teams/power-service-1", width=390) as seen:
        region = seen.page.get_by_role("region", name="Members and requirements")
        region.focus()
        seen.page.keyboard.press("ArrowRight")

        seen.page.wait_for_function(
            "name => document.querySelector(`[aria-label='${name}']`).scrollLeft > 0",
            arg="Members and requirements",
        )


def test_groups_are_compared_and_their_names_are_text(browser: Browser, served: Served) -> None:
    for scripts in (True, False):
        with visit(browser, f"{served.url}/adverse-impact", scripts=scripts) as seen:
            file = FilePayload(name="groups.csv", mimeType="text/csv", buffer=GROUPS)
            seen.page.locator("input[type=file]").set_input_files(file)
            seen.page.get_by_role("button", name="Check", exact=True).click()

            expect(seen.page.get_by_role("region", name="Groups compared")).to_contain_text(
                "<script>"
            )
            assert seen.page.title() != "ran"
            if scripts:
                seen.look()
                seen.keep("adverse-impact-compared")
            assert seen.faults == []
