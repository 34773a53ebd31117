"""Validating in a browser: findings beside lines and cells, the dry run, with and without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from kb_service.knowledge_files import knowledge_root
from tests.browser.visiting import NARROW, WIDE, Scheme, visit
from tests.served import Served

MISSPELLED = Path(__file__).parents[1] / "models_broken" / "ability-misspelled.ttl"
PUBLISHED = knowledge_root() / "ontology" / "models" / "customer-service-specialist.ttl"


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("zh", WIDE, "light"), ("en", NARROW, "light"), ("zh", WIDE, "dark")],
)
def test_a_finding_stands_beside_its_line_for_everybody(
    browser: Browser, served: Served, language: str, width: int, scheme: Scheme
) -> None:
    address = f"{served.url}/validate"
    with visit(browser, address, width=width, language=language, scheme=scheme) as seen:
        seen.page.set_input_files("input[type=file]", MISSPELLED)
        seen.page.locator(".send button").click()

        line = seen.page.locator("#line-51")
        expect(line.locator("code").first).to_contain_text("ability:patiense")
        expect(line.locator(".note")).to_contain_text("ability:patience")
        seen.look()
        seen.keep(f"validate-found-{language}-{width}-{scheme}")
        assert seen.faults == []


def test_on_a_wide_window_the_note_is_to_the_right_of_the_line(
    browser: Browser, served: Served
) -> None:
    with visit(browser, f"{served.url}/validate") as seen:
        seen.page.set_input_files("input[type=file]", MISSPELLED)
        seen.page.locator(".send button").click()

        code = seen.page.locator("#line-51 > code").bounding_box()
        note = seen.page.locator("#line-51 .note").bounding_box()
        assert code is not None and note is not None
        assert note["x"] >= code["x"] + code["width"]


def test_the_dry_run_shows_what_would_change(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    stricter = tmp_path / "stricter.ttl"
    stricter.write_text(
        text.replace("core:tier tier:main ;", "core:tier tier:main ; core:requiredLevel 10.0 ;"),
        encoding="utf-8",
    )

    with visit(browser, f"{served.url}/validate", width=NARROW) as seen:
        seen.page.set_input_files("input[type=file]", stricter)
        seen.page.get_by_label("Dry run").check()
        seen.page.get_by_role("button", name="Validate").click()

        table = seen.page.locator("table.difference")
        expect(table.locator("thead")).to_contain_text("With this model")
        expect(table.locator("tbody tr").first).to_be_visible()
        seen.look()
        seen.keep(f"validate-dry-run-en-{NARROW}")
        assert seen.faults == []


def test_pasted_turtle_is_validated_without_scripts(browser: Browser, served: Served) -> None:
    bad = "<u:a> a <https://w3id.org/rengang/ontology/core#Positon> ."

    with visit(browser, f"{served.url}/validate", scripts=False) as seen:
        seen.page.get_by_text("Or paste Turtle").click()
        seen.page.get_by_label("Turtle text").fill(bad)
        seen.page.get_by_role("button", name="Validate").click()

        expect(seen.page.locator("#line-1 .note")).to_contain_text("did you mean core:Position?")
