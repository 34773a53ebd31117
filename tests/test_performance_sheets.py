"""Figures and ratings in spreadsheets, as people keep them: wide or long, and every fault with its cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.findings import RefusedInput
from kb_service.people_records.performance_records import (
    FormRecord,
    MeasurementRecord,
    PerformanceRecord,
)
from kb_service.sheets.performance_contents import PerformanceContents
from kb_service.sheets.performance_reading import is_performance, read_performance
from kb_service.sheets.performance_template import (
    Filled,
    example_of,
    write_performance_template,
)
from kb_service.sheets.tables import open_tables
from kb_service.sheets.template import write_template
from kb_service.sheets.worker import start
from tests.performance_facts import OPEN, PLAN, choices
from tests.sheet_catalogue import CATALOGUE

TODAY = date(2026, 11, 20)
DAY = date(2026, 10, 5)
FIGURES, RATINGS = "绩效数据", "行为评价"


def template(filled: Filled | None = None) -> bytes:
    book = BytesIO()
    plan, period = choices().plans[PLAN], choices().periods[OPEN]
    write_performance_template(book, choices(), plan, period, filled)
    return book.getvalue()


def filled(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> bytes:
    """The template with values under the ids that its first row has, as a person would write them."""
    book = openpyxl.load_workbook(BytesIO(template()))
    for name, lines in rows.items():
        page = book[name]
        places = {page.cell(1, n).value: n for n in range(1, page.max_column + 1)}
        for number, line in enumerate(lines, start=5):
            for key, value in line.items():
                page.cell(number, places[key], value)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def read(data: bytes, filename: str = "performance.xlsx") -> PerformanceContents:
    with open_tables(data, filename) as tables:
        assert is_performance(tables, choices())
        return read_performance(tables, choices(), TODAY)


def read_csv(text: str) -> PerformanceContents:
    return read(text.encode(), "performance.csv")


def faults(data: bytes, filename: str = "performance.xlsx") -> list[tuple[str, str]]:
    """Each fault as its place and what it says in English."""
    with pytest.raises(RefusedInput) as refused:
        read(data, filename)
    return [(each.where, each.message["en"]) for each in refused.value.findings]


def faults_in_csv(text: str) -> list[tuple[str, str]]:
    return faults(text.encode(), "performance.csv")


# The template


def test_what_is_written_into_the_template_is_read_from_it() -> None:
    plan, period = choices().plans[PLAN], choices().periods[OPEN]
    example = example_of(plan, period, choices())

    written: list[PerformanceRecord] = [*example.measurements, *example.forms]

    contents = read(template(example))

    assert {each.iri: each for each in contents.records} == {each.iri: each for each in written}
    assert contents.notes == ()


def test_the_same_template_has_the_same_bytes() -> None:
    assert template() == template()


def test_an_empty_template_says_that_there_is_nothing_in_it() -> None:
    assert faults(template()) == [
        (
            f"sheet {FIGURES}, row 4",
            f"Sheet {FIGURES}, row 4: There is nothing below the header; fill in at least one row.",
        )
    ]


def test_rows_without_period_and_plan_are_of_those_of_the_template() -> None:
    row = {"person": "p001", "date": datetime(2026, 10, 5), "complaint-rate": 0.9}

    (record,) = read(filled({FIGURES: [row]})).measurements

    assert record == MeasurementRecord("p001", OPEN, "complaint-rate", Decimal("0.9"), DAY, PLAN)


def test_closed_periods_are_not_offered() -> None:
    book = openpyxl.load_workbook(BytesIO(template()))

    offered = {cell.value for cell in book["选项"]["A"]}

    assert any("2026 年第三季度" in str(each) for each in offered)
    assert not any("2026 年第一季度" in str(each) for each in offered)


def test_grades_can_be_chosen_from_a_list() -> None:
    page = openpyxl.load_workbook(BytesIO(template()))[RATINGS]
    places = {page.cell(1, n).value: page.cell(1, n).column_letter for n in range(1, 40)}

    offered = {each.formula1: str(each.sqref) for each in page.data_validations.dataValidation}

    assert f"{places['patience-trait']}5:" in offered['"A,B,C,D,E"']


# Wide and long


def test_a_wide_sheet_has_a_column_for_each_indicator() -> None:
    contents = read_csv(
        "工号,姓名,周期,日期,投诉率,Average handling time\n"
        "p001,王小明,2026 年第三季度,2026/10/5,0.9,\np002,,2026-q3,2026-10-05,,310\n"
    )

    assert [(each.person, each.kpi, each.value) for each in contents.measurements] == [
        ("p001", "complaint-rate", Decimal("0.9")),
        ("p002", "average-handling-time", Decimal(310)),
    ]


def test_a_long_sheet_has_a_row_for_each_value() -> None:
    contents = read_csv(
        "工号,周期,日期,指标,数值,更正原因\n"
        "p001,2026-q3,2026-10-05,投诉率,0.9,\n"
        'p001,2026-q3,2026-10-05,average-handling-time,"1,310",two calls were not counted\n'
    )

    assert [(each.kpi, each.value, each.reason) for each in contents.measurements] == [
        ("complaint-rate", Decimal("0.9"), None),
        ("average-handling-time", Decimal(1310), "two calls were not counted"),
    ]


def test_rows_of_one_rater_make_one_form() -> None:
    contents = read_csv(
        "工号,周期,方案,评价人,来源,日期,行为指标,等级\n"
        f"p001,2026-q3,{PLAN},R01,上级,2026-10-04,耐心细致,b\n"
        f"p001,2026-q3,{PLAN},r01,Supervisor,2026-10-05,integrity,5\n"
        f"p001,2026-q3,{PLAN},r02,peer,2026-10-05,integrity,基本符合\n"
    )

    assert contents.forms == (
        FormRecord(
            *("p001", OPEN, "r01", "supervisor", DAY),
            {"patience-trait": "B", "integrity": "A"},
            plan=PLAN,
        ),
        FormRecord("p001", OPEN, "r02", "peer", DAY, {"integrity": "C"}, plan=PLAN),
    )


def test_a_label_that_frameworks_share_means_the_one_of_the_plan() -> None:
    wide = read_csv(
        "工号,周期,评价人,来源,日期,服务意识,诚信廉洁,责任心\np1,2026-q3,r1,同事,2026-10-05,A,B,C\n"
    )
    of_plan = (
        "工号,周期,方案,评价人,来源,日期,维度,等级\np1,2026-q3,{},r1,同事,2026-10-05,服务意识,A\n"
    )

    grid = read_csv(of_plan.format(PLAN))
    t12 = read_csv(of_plan.format("customer-service-specialist"))

    assert set(wide.forms[0].grades) == {"service-awareness", "integrity", "responsibility"}
    assert set(grid.forms[0].grades) == {"service-awareness"}
    assert set(t12.forms[0].grades) == {"service-orientation"}


@pytest.mark.parametrize(
    ("written", "shown_as", "read_as"),
    [
        (0.9, "0%", "90"),
        (1, "0%", "100"),
        (0.285, "0.0%", "28.5"),
        (90, "General", "90"),
        (89.99999999999999, "General", "90"),
        ("90%", "@", "90"),
        ("９０ ％", "@", "90"),
        ("1,234.5", "@", "1234.5"),
    ],
)
def test_a_share_is_read_as_it_is_shown(written: object, shown_as: str, read_as: str) -> None:
    row = {"person": "p001", "date": "2026-10-05", "customer-satisfaction": written}
    book = openpyxl.load_workbook(BytesIO(filled({FIGURES: [row]})))
    page = book[FIGURES]
    place = next(n for n in range(1, 40) if page.cell(1, n).value == "customer-satisfaction")
    page.cell(5, place).number_format = shown_as
    saved = BytesIO()
    book.save(saved)

    (record,) = read(saved.getvalue()).measurements

    assert record.value == Decimal(read_as)


# What is wrong, and where


def test_every_fault_of_a_row_is_told_with_its_cell() -> None:
    found = faults_in_csv(
        "工号,周期,评价人,来源,日期,诚信廉洁\n"
        "p 1,2026-q9,王小明,邻居,2026-13-05,F\n,2026-q3,r1,同事,,\n"
    )

    assert [place for place, _ in found] == [
        "line 2, column A 工号",
        "line 2, column E 日期",
        "line 2, column B 周期",
        "line 2, column D 来源",
        "line 2, column C 评价人",
        "line 2, column F 诚信廉洁",
        "line 3, column A 工号",
        "line 3, column E 日期",
        "line 3",
    ]
    assert "no name, such as r0123" in found[4][1]
    assert "Give a grade from A to E, such as B" in found[5][1]


def test_a_figure_that_is_no_number_says_what_to_write() -> None:
    row = {"person": "p001", "date": "2026-10-05", "complaint-rate": "few"}

    ((place, words),) = faults(filled({FIGURES: [row]}))

    assert place.startswith(f"sheet {FIGURES}, row 5, column ")
    assert place.endswith(" 投诉率")
    assert "Give Complaint rate as a number in percent (90 for 90 %)" in words


def test_a_percentage_for_a_kpi_in_seconds_is_refused() -> None:
    found = faults_in_csv("工号,周期,日期,平均处理时长\np1,2026-q3,2026-10-05,90%\n")

    assert "Average handling time is not in percent" in found[0][1]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("投诉率", "0.9"),
        ("指标,数值", "投诉率,0.9"),
        ("评价人,来源,诚信廉洁", "r1,同事,B"),
        ("评价人,来源,指标,等级", "r1,同事,诚信廉洁,B"),
    ],
)
def test_what_is_said_twice_names_both_places(header: str, row: str) -> None:
    line = f"p1,2026-q3,2026-10-05,{row}\n"

    ((place, words),) = faults_in_csv(f"工号,周期,日期,{header}\n{line}{line}")

    assert place.startswith("line 3, column")
    assert "The same is said at line 2, column" in words


def test_one_rater_has_one_source() -> None:
    found = faults_in_csv(
        "工号,周期,日期,评价人,来源,指标,等级\np1,2026-q3,2026-10-05,r1,同事,诚信廉洁,B\n"
        "p1,2026-q3,2026-10-05,r1,上级,责任心,B\n"
    )

    assert found == [
        (
            "line 3, column E 来源",
            "Line 3, column E (Source): The rater r1 has the source peer at line 2; give one rater"
            " one source.",
        )
    ]


def test_an_unknown_column_is_named_with_what_may_be_meant() -> None:
    ((place, words),) = faults_in_csv("工号,周期,日期,投拆率,投诉率\np1,2026-q3,2026-10-05,1,1\n")

    assert place == "line 1, column D 投拆率"
    assert "Did you mean 'Complaint rate'?" in words


def test_figures_and_ratings_on_one_sheet_are_to_be_kept_apart() -> None:
    found = faults_in_csv("工号,周期,日期,投诉率,诚信廉洁\np1,2026-q3,2026-10-05,1,A\n")

    assert "Keep them on two sheets" in found[0][1]


def test_no_more_than_two_hundred_faults_are_listed() -> None:
    rows = "".join(f"p{n},2026-q3,2026-10-05,few\n" for n in range(500))

    found = faults_in_csv(f"工号,周期,日期,投诉率\n{rows}")

    assert len(found) == 200
    assert "too many faults" in found[-1][1]


# What it is


@pytest.mark.parametrize("framework", ["t12", "grid"])
def test_a_sheet_of_assessments_is_none_of_performance(framework: str) -> None:
    book = BytesIO()
    write_template(book, CATALOGUE, framework)

    with open_tables(book.getvalue(), "assessments.xlsx") as tables:
        assert not is_performance(tables, choices())


def test_the_worker_tells_both_apart() -> None:
    answer = start()
    asked = {"filename": "a.csv", "today": TODAY.isoformat(), "performance": choices()}

    figures = answer({**asked, "data": "工号,周期,日期,投诉率\np1,2026-q3,2026-10-05,1\n".encode()})
    people = answer({**asked, "data": "工号,日期,来源,时间管理\np1,2026-01-05,test,7\n".encode()})

    assert [each.kpi for each in figures["performance"].measurements] == ["complaint-rate"]
    assert [each.person for each in people["assessments"]] == ["p1"]


@settings(max_examples=8)
@given(
    st.dictionaries(
        st.tuples(
            st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True),
            st.sampled_from(["complaint-rate", "average-handling-time"]),
            st.dates(date(2026, 7, 1), TODAY),
        ),
        st.decimals(-10_000, 10_000, places=2),
        min_size=1,
        max_size=8,
    )
)
def test_any_figures_come_back_from_a_workbook(
    figures: dict[tuple[str, str, date], Decimal],
) -> None:
    records = [
        MeasurementRecord(person, OPEN, kpi, value, day, PLAN)
        for (person, kpi, day), value in figures.items()
    ]

    contents = read(template(Filled(records)))

    assert {each.iri: each for each in contents.measurements} == {r.iri: r for r in records}
