"""The SPARQL editor by hand: colours, completions, runs, faults, saved queries, links, no scripts."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.visiting import NARROW, visit
from tests.served import Served

COUNTS = """PREFIX core: <https://w3id.org/rengang/ontology/core#>
SELECT ?model (COUNT(?one) AS ?requirements) { ?model a core:PositionModel ; core:requires ?one }
GROUP BY ?model"""
HOSTILE = "<img src=x onerror=\"document.title='ran'\">"
COMPLETIONS = "#completions:not([hidden]) li"


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Query")


def test_the_keyboard_alone_asks_and_reads_an_answer(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        field, keyboard = editor(seen.page), seen.page.keyboard
        while not field.evaluate("field => field === document.activeElement"):
            keyboard.press("Tab")
        keyboard.press("ControlOrMeta+a")
        keyboard.insert_text(COUNTS)
        keyboard.press("Control+Enter")

        expect(seen.page.locator("#result tbody tr")).not_to_have_count(0)
        expect(field).to_be_focused()
        assert seen.page.url == f"{served.url}/sparql"
        keyboard.press("Tab")
        expect(seen.page.get_by_role("button", name="Run")).to_be_focused()
        assert seen.faults == []


def test_a_term_is_found_by_its_chinese_name_and_its_prefix_declared(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        field, keyboard = editor(seen.page), seen.page.keyboard
        field.fill("# mine\nSELECT ?x { ?x ?y ")
        field.press("ControlOrMeta+End")
        field.press_sequentially("耐心坚")
        expect(seen.page.locator(COMPLETIONS).first).to_contain_text("ability:patience")
        keyboard.press("Tab")

        expect(field).to_have_value(
            "# mine\nPREFIX ability: <https://w3id.org/rengang/ability/>\n"
            "SELECT ?x { ?x ?y ability:patience"
        )
        keyboard.type(" }")
        assert field.input_value().endswith("ability:patience }")


def test_a_prefix_that_is_declared_under_another_name_is_used_as_it_is(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        field = editor(seen.page)
        field.fill("PREFIX c: <https://w3id.org/rengang/ontology/core#>\nSELECT ?x { ?x a ")
        field.press("ControlOrMeta+End")
        field.press_sequentially("PositionMod")
        expect(seen.page.locator(COMPLETIONS).first).to_contain_text("c:PositionModel")
        field.press("ArrowDown")
        field.press("Enter")

        expect(field).to_have_value(
            "PREFIX c: <https://w3id.org/rengang/ontology/core#>\nSELECT ?x { ?x a c:PositionModel"
        )


def test_enter_begins_a_line_while_nothing_is_chosen_and_escape_closes(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        field = editor(seen.page)
        field.fill("")
        field.press_sequentially("SEL")
        expect(seen.page.locator(COMPLETIONS).first).to_have_text("SELECT")
        field.press("Escape")
        expect(seen.page.locator(COMPLETIONS)).to_have_count(0)
        field.press_sequentially("E")
        expect(seen.page.locator(COMPLETIONS).first).to_have_text("SELECT")
        field.press("Enter")

        expect(field).to_have_value("SELE\n")


def test_control_and_space_propose_where_nothing_is_written_and_axe_agrees(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/sparql", width=NARROW) as seen:
        field = editor(seen.page)
        field.fill("SELECT ?person { ?person a ?kind . ")
        field.press("ControlOrMeta+End")
        field.press_sequentially("?")
        field.press("Control+Space")

        expect(seen.page.locator(COMPLETIONS)).to_have_text(["?person", "?kind"])
        seen.look()
        assert seen.faults == []


def test_nothing_is_proposed_inside_a_comment_or_a_text(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        field = editor(seen.page)
        field.fill("")
        field.press("Control+Space")  # the terms have come once they are proposed
        expect(seen.page.locator(COMPLETIONS)).not_to_have_count(0)
        field.press("Escape")
        for begun in ('SELECT ?x { ?x ?y "', "# ", "SELECT ?x { ?x ?y <https://"):
            field.fill(begun)
            field.press("ControlOrMeta+End")
            field.press_sequentially("SELECT")
            field.press("Control+Space")
            expect(seen.page.locator(COMPLETIONS)).to_have_count(0)


def test_a_fault_is_led_to_in_the_text(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        field = editor(seen.page)
        field.fill("SELECT ?x {\n  ?x a nowhere:Thing\n}")
        field.press("Control+Enter")

        expect(seen.page.get_by_role("alert")).to_contain_text("line 2, column 8")
        expect(seen.page.locator(".lines .at-fault")).to_have_text("2")
        assert field.evaluate("field => field.selectionStart") == 19
        expect(field).to_have_attribute("aria-invalid", "true")
        field.press_sequentially("x")
        expect(seen.page.locator(".lines .at-fault")).to_have_count(0)


def test_the_copy_in_colour_says_what_the_field_says(browser: Browser, served: Served) -> None:
    text = 'SELECT ?x {\n  ?x a "</div><b>x" , <urn:x> # 注\n}'
    with visit(browser, f"{served.url}/sparql") as seen:
        editor(seen.page).fill(text)

        copy = seen.page.locator(".editor .copy")
        assert copy.evaluate("copy => copy.textContent") == f"{text}\n"
        assert copy.locator(".string").all_text_contents() == ['"</div><b>x"']
        assert copy.locator(".comment").all_text_contents() == ["# 注"]
        begins = (
            "parts => parts.map(part => {"
            " const range = document.createRange(); range.selectNodeContents(part);"
            " return Math.round(range.getBoundingClientRect().left); })"
        )
        inner = editor(seen.page).evaluate(
            "field => Math.round(field.getBoundingClientRect().left"
            " + parseFloat(getComputedStyle(field).paddingLeft))"
        )
        assert copy.locator(".keyword").evaluate_all(begins)[0] == inner


def test_an_answer_is_read_as_a_table_or_as_a_chart(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        editor(seen.page).fill(COUNTS)
        editor(seen.page).press("Control+Enter")
        seen.page.get_by_role("radio", name="Table").press("ArrowRight")

        expect(seen.page.locator(".bars")).to_be_visible()
        expect(seen.page.locator("#result table")).to_be_hidden()
        seen.look()
        assert seen.faults == []


def test_a_query_is_kept_under_a_name_until_it_is_deleted(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        editor(seen.page).fill("ASK {}")
        seen.page.get_by_role("textbox", name="Name").fill(HOSTILE)
        seen.page.get_by_role("button", name="Save").click()
        seen.page.reload()
        seen.page.get_by_role("link", name=HOSTILE).click()

        expect(editor(seen.page)).to_have_value("ASK {}")
        assert seen.page.title() != "ran"
        seen.page.get_by_role("button", name=f"Delete {HOSTILE}").click()
        seen.page.reload()
        expect(seen.page.locator("[data-saved] li")).to_have_count(0)
        assert seen.faults == []


def test_switching_the_language_keeps_what_was_written(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        editor(seen.page).fill("ASK { <urn:a> ?b ?c }")
        seen.page.get_by_role("link", name="中文").click()

        expect(seen.page.locator("#query")).to_have_value("ASK { <urn:a> ?b ?c }")


def test_a_link_and_a_download_hold_the_query_that_was_run(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/sparql") as seen:
        editor(seen.page).fill(COUNTS)
        editor(seen.page).press("Control+Enter")
        with seen.page.expect_download() as file:
            seen.page.get_by_role("button", name="CSV").click()
        address = seen.page.get_by_role("link", name="Link").get_attribute("href")

        assert file.value.suggested_filename == "result.csv"
        seen.page.goto(f"{served.url}{address}")
        expect(editor(seen.page)).to_have_value(COUNTS)
        expect(seen.page.locator("#result tbody tr")).not_to_have_count(0)


def test_asking_works_without_scripts(browser: Browser, served: Served) -> None:
    with visit(browser, f"{served.url}/sparql", scripts=False) as seen:
        seen.page.get_by_role("link", name="Which trainings are on offer").first.click()
        seen.page.get_by_role("button", name="Run").click()

        expect(seen.page.locator("#result tbody tr")).not_to_have_count(0)
        expect(seen.page.get_by_text("My queries")).to_be_hidden()
