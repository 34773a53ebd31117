"""Workbooks of studies: what is written is read back, and every fault names its cell."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kb_service.findings import RefusedInput
from kb_service.sheets.study_reading import ReadStudy, read_study_workbook
from kb_service.sheets.study_template import write_study_workbook
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.rdf import from_triples, to_triples
from kb_service.study_records.records import StudyRecord
from tests.example_studies import (
    EXAMPLES,
    NAMES,
    TODAY,
    choices,
    comparisons,
    example,
    item,
    panel,
    study,
)
from tools.generate_studies import write_example_studies

STUDY, EXPERTS, ITEMS, RATINGS = "研究 Study", "专家 Experts", "项目 Items", "评分 Ratings"
LEVELS, TARGETS = "要求等级 Required levels", "绩效目标 Targets"
FIRST = 5
"""The row in which data begin."""


def read(data: bytes) -> ReadStudy:
    return read_study_workbook(data, "study.xlsx", choices(), TODAY)


@cache
def example_record(name: str) -> StudyRecord:
    return read(example(name).read_bytes()).record


def written(record: StudyRecord) -> bytes:
    book = BytesIO()
    write_study_workbook(book, record.kind, choices(), record)
    return book.getvalue()


def spoilt(record: StudyRecord, spoil: Callable[[Any], None]) -> list[tuple[str, str]]:
    """The places and English words of what is wrong with a workbook once it is spoilt."""
    book = openpyxl.load_workbook(BytesIO(written(record)))
    spoil(book)
    data = BytesIO()
    book.save(data)
    with pytest.raises(RefusedInput) as refused:
        read(data.getvalue())
    return [(finding.where, finding.message["en"]) for finding in refused.value.findings]


def set_cell(sheet: str, cell: str, value: object) -> Callable[[Any], None]:
    def spoil(book: Any) -> None:
        book[sheet][cell] = value

    return spoil


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_of_an_example_study_is_read_and_written_alike(name: str) -> None:
    record = example_record(name)

    assert written(record) == example(name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_of_an_example_study_are_the_study(name: str) -> None:
    record = example_record(name)

    back = from_triples(to_triples(record, choices()))

    assert back.kind == record.kind
    for table, rows in record.tables.items():
        assert sorted(map(str, back.rows(table))) == sorted(map(str, rows)), table
        if record.kind.table(table).is_listing:
            assert list(back.rows(table)) == list(rows)


def test_the_example_studies_come_out_of_their_generator(tmp_path: Path) -> None:
    made = write_example_studies(tmp_path)

    assert {path.name: path.read_bytes() for path in made} == {
        path.name: path.read_bytes() for path in EXAMPLES.glob("*.xlsx")
    }


_WITH_A_CHOICE_OF_SHEETS = ("fuzzy", "meeting")
"""Kinds of study that say something in one sheet of several, whichever it is."""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_empty_template_says_what_to_fill_in(kind: str) -> None:
    book = BytesIO()
    write_study_workbook(book, KINDS[kind], choices())

    with pytest.raises(RefusedInput) as refused:
        read(book.getvalue())

    said = [finding.where for finding in refused.value.findings]
    needed = [plan.title for plan in KINDS[kind].tables if plan.needed]
    assert [where for where in said if where in needed] == needed
    assert len(said) == len(needed) + (kind in _WITH_A_CHOICE_OF_SHEETS)


def test_a_rating_by_somebody_who_is_not_on_the_panel_names_its_cell() -> None:
    found = spoilt(panel({"patience": [4, 5]}), set_cell(RATINGS, f"B{FIRST}", "E77"))

    assert found == [
        (
            f"{RATINGS}!B{FIRST}",
            "The sheet 专家 Experts has no code 'E77'; add a row there, or correct it here.",
        )
    ]


def test_a_name_where_a_code_belongs_is_refused() -> None:
    found = spoilt(panel({"patience": [4, 5]}), set_cell(EXPERTS, f"A{FIRST}", "Wang Ming"))

    assert found[0][0] == f"{EXPERTS}!A{FIRST}"
    assert "no name" in found[0][1]


def test_a_rating_given_twice_names_the_row_that_it_repeats() -> None:
    record = panel({"patience": [4, 5]})

    found = spoilt(record, set_cell(RATINGS, f"B{FIRST + 1}", "E01"))

    assert found == [
        (
            f"{RATINGS}!C{FIRST + 1}",
            f"1 E01 patience repeats {RATINGS}!C{FIRST}; keep one of the rows.",
        )
    ]


@pytest.mark.parametrize("value", ["very", "=1+1", True, "1e999", "1/0"])
def test_what_is_no_number_is_refused_in_its_cell(value: object) -> None:
    found = spoilt(panel({"patience": [4, 5]}), set_cell(RATINGS, f"D{FIRST}", value))

    assert found[0][0] == f"{RATINGS}!D{FIRST}"


def test_an_empty_cell_that_is_needed_says_what_to_write() -> None:
    found = spoilt(panel({"patience": [4, 5]}), set_cell(ITEMS, f"B{FIRST}", None))

    assert found == [(f"{ITEMS}!B{FIRST}", "Fill in 'Name in Chinese', such as 情绪管理.")]


def test_a_position_that_is_unknown_is_refused_with_those_there_are() -> None:
    found = spoilt(panel({"patience": [4, 5]}), set_cell(STUDY, f"D{FIRST}", "astronaut"))

    assert found[0][0] == f"{STUDY}!D{FIRST}"
    assert "Choose one of" in found[0][1]


def test_a_missing_sheet_is_named_with_the_kind_that_it_belongs_to() -> None:
    def without_items(book: Any) -> None:
        del book[ITEMS]

    found = spoilt(panel({"patience": [4, 5]}), without_items)

    assert [where for where, _ in found] == [ITEMS]
    assert "Delphi panel" in found[0][1]


def test_a_column_that_is_missing_is_told_at_the_header() -> None:
    def without_column(book: Any) -> None:
        book[RATINGS].delete_cols(4)

    found = spoilt(panel({"patience": [4, 5]}), without_column)

    assert ("Importance" in found[0][1]) and found[0][0].startswith(RATINGS)


def test_a_ratio_may_be_written_as_a_fraction() -> None:
    def as_fraction(book: Any) -> None:
        book["两两比较 Judgements"][f"D{FIRST}"] = "1/3"

    book = openpyxl.load_workbook(BytesIO(written(comparisons({("a", "b"): "3"}, ("a", "b")))))
    as_fraction(book)
    data = BytesIO()
    book.save(data)

    (judgement,) = read(data.getvalue()).record.rows("judgements")

    assert str(judgement["ratio"]) == "0.333333333333"


def test_what_is_no_workbook_says_where_to_get_one() -> None:
    with pytest.raises(RefusedInput) as refused:
        read_study_workbook(b"round,expert\n1,E01\n", "study.csv", choices(), TODAY)

    assert "rengang template study" in refused.value.findings[0].message["en"]


def a_meeting() -> StudyRecord:
    """A meeting of two experts that settles a level and the figures of a result."""
    return study(
        "meeting",
        {
            "experts": [{"code": "E01"}, {"code": "E02"}],
            "items": [item("patience")],
            "levels": [{"expert": "E01", "item": "patience", "grade": "B"}],
            "standards": [],
            "targets": [
                {
                    "kpi": "complaint-rate",
                    "threshold": Decimal(5),
                    "target": Decimal(1),
                    "stretch": Decimal("0.5"),
                    "in_favour": Decimal(2),
                }
            ],
        },
    )


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "told"),
    [
        (LEVELS, f"C{FIRST}", "F", "There is no grade 'F'"),
        (LEVELS, f"A{FIRST}", "E09", "has no code 'E09'"),
        (TARGETS, f"A{FIRST}", "smiles", "There is no indicator 'smiles'"),
        (TARGETS, f"C{FIRST}", "=1+1", "This is a formula; paste its result"),
        (TARGETS, f"E{FIRST}", "most", "Give a number, such as 9."),
    ],
)
def test_a_fault_in_the_workbook_of_a_meeting_names_its_cell(
    sheet: str, cell: str, value: str, told: str
) -> None:
    found = spoilt(a_meeting(), set_cell(sheet, cell, value))

    assert found[0][0] == f"{sheet}!{cell}"
    assert told in found[0][1]


def test_a_meeting_that_settled_nothing_says_what_to_fill_in() -> None:
    def emptied(book: Any) -> None:
        book[LEVELS].delete_rows(FIRST, 9)
        book[TARGETS].delete_rows(FIRST, 9)

    ((where, told),) = spoilt(a_meeting(), emptied)

    assert where == LEVELS
    assert "fill in one of them at least" in told


def test_a_sheet_that_is_missing_is_told_of_the_kind_that_has_most_of_the_others() -> None:
    def without_targets(book: Any) -> None:
        del book[TARGETS]

    ((where, told),) = spoilt(a_meeting(), without_targets)

    assert where == TARGETS
    assert "Expert meeting" in told
