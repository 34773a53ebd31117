"""Validation shows findings beside the lines, values and cells that they are about."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kb_service.sheets.excerpts import MOST_ROWS, CellPlace, cell_place, excerpts
from kb_service.validation.json_lines import json_lines
from kb_service.web.annotated_sources import MOST_LINES

PAGE = {"Accept": "text/html", "Accept-Language": "en"}
TESTS = Path(__file__).parent
MISSPELLED = TESTS / "models_broken" / "ability-misspelled.ttl"


def validated(client: FlaskClient, data: bytes, name: str) -> str:
    """The page about a file, without its line breaks."""
    answer = client.post("/validate", data={"file": (io.BytesIO(data), name)}, headers=PAGE)
    return " ".join(answer.text.split())


def line_with_notes(page: str) -> dict[int, str]:
    """What is said beside each line of which something is."""
    found = re.findall(r'id="line-(\d+)"[^>]*>.*?</code>(.*?)</li>', page)
    return {int(number): notes for number, notes in found if notes}


def test_a_finding_about_turtle_stands_beside_its_line(client: FlaskClient) -> None:
    page = validated(client, MISSPELLED.read_bytes(), MISSPELLED.name)

    notes = line_with_notes(page)
    assert list(notes) == [51]
    assert "Did you mean ability:patience?" in notes[51]
    assert '<a class="chip" href="#line-51">Line 51</a>' in page


def test_a_finding_about_json_stands_beside_the_line_of_its_value(client: FlaskClient) -> None:
    text = (TESTS / "authors_models" / "shop-assistant.json").read_text(encoding="utf-8")
    model = json.loads(text)
    model["abilities"][1]["level"] = 44
    lines = json.dumps(model, ensure_ascii=False, indent=1).split("\n")

    page = validated(client, "\n".join(lines).encode(), "shop.json")

    notes = line_with_notes(page)
    assert [lines[number - 1].strip() for number in notes] == ['"level": 44']
    assert "44 is off the scale" in next(iter(notes.values()))


def test_a_finding_about_a_workbook_stands_below_its_row_and_marks_its_cell(
    client: FlaskClient,
) -> None:
    book = openpyxl.load_workbook(TESTS / "authors_models" / "hotline-nurse.xlsx")
    book["能力 Abilities"]["C6"] = 14
    data = io.BytesIO()
    book.save(data)

    page = validated(client, data.getvalue(), "nurse.xlsx")

    assert '<td data-severity="violation">14</td>' in page
    assert '<span class="place">C6</span> 14 is off the scale' in page
    assert "<caption>能力 Abilities</caption>" in page
    assert "<caption>动机 Motivations</caption>" not in page


def test_of_a_long_text_only_what_surrounds_findings_is_shown(client: FlaskClient) -> None:
    remarks = "# remark\n" * MOST_LINES
    text = f"{remarks}<u:a> a <https://w3id.org/rengang/ontology/core#Positon> .\n{remarks}"

    page = validated(client, text.encode(), "long.ttl")

    numbers = [int(number) for number in re.findall(r'id="line-(\d+)"', page)]
    assert numbers == list(range(MOST_LINES - 1, MOST_LINES + 4))
    assert page.count("lines left out") == 1


def test_what_is_handed_in_is_shown_as_text(client: FlaskClient) -> None:
    text = "<u:a> a <https://w3id.org/rengang/ontology/core#Positon> . # </code><script>x</script>"

    page = validated(client, text.encode(), "<i>.ttl")

    assert "<script>x" not in page
    assert "&lt;/code&gt;&lt;script&gt;x&lt;/script&gt;" in page
    assert "<strong>&lt;i&gt;.ttl</strong>" in page


# Cells


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("sheet 人员与测评, row 7, column H 时间管理", CellPlace("人员与测评", 7, 8)),
        ("sheet 人员, row 3 of 4, row 7", CellPlace("人员, row 3 of 4", 7)),
        ("line 12, column AB 岗位\n职责", CellPlace("", 12, 28)),
        ("能力 Abilities!D7", CellPlace("能力 Abilities", 7, 4)),
        ("line 12, column 7", None),
        ("/abilities/3/level", None),
        ("", None),
    ],
)
def test_the_place_of_a_finding_is_read_as_a_cell(where: str, place: CellPlace | None) -> None:
    assert cell_place(where) == place


def test_an_excerpt_has_the_header_the_rows_asked_for_and_the_columns_that_matter() -> None:
    rows = [["id", "name", "day", *(f"d{n}" for n in range(20))]]
    rows += [[f"p{n}", "", "", *range(20)] for n in range(50)]
    text = "\n".join(",".join(map(str, row)) for row in rows)

    (found,) = excerpts(text.encode(), "f.csv", [CellPlace("", 40, 12), CellPlace("", 99, 1)])

    assert found.columns == (1, 2, 3, 12)
    assert [row.number for row in found.rows] == [1, 2, 3, 40, 99]
    assert found.rows[3].cells == ("p38", "", "", "8")


def test_an_excerpt_is_of_no_more_rows_than_anybody_corrects_at_once() -> None:
    text = "id\n" + "\n".join(f"p{n}" for n in range(500))

    (found,) = excerpts(text.encode(), "f.csv", [CellPlace("", n) for n in range(100, 400)])

    assert len(found.rows) == MOST_ROWS + 3


# JSON

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def pointers_of(value: object, at: str = "") -> list[str]:
    """Every pointer into a value."""
    if isinstance(value, dict):
        inner = {f"{at}/{key.replace('~', '~0').replace('/', '~1')}": v for key, v in value.items()}
    elif isinstance(value, list):
        inner = {f"{at}/{number}": each for number, each in enumerate(value)}
    else:
        inner = {}
    return [at, *(each for place, one in inner.items() for each in pointers_of(one, place))]


@given(VALUES)
def test_every_value_of_a_json_text_has_a_line_in_the_order_of_the_text(value: object) -> None:
    text = json.dumps(value, indent=1)
    pointers = pointers_of(value)

    lines = json_lines(text, pointers)

    assert set(lines) == set(pointers)
    placed = [lines[pointer] for pointer in pointers]
    assert placed == sorted(placed)
    assert len(set(placed)) == len(placed)


def test_a_text_that_is_no_json_gives_the_lines_up_to_where_it_broke() -> None:
    assert json_lines('{"a": 1,\n "b": [2,\n "open', ["/a", "/b", "/c"]) == {"/a": 1, "/b": 2}
