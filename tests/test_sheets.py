"""What goes into a spreadsheet comes out again: the template filled in, and records written."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.people_records import AssessmentRecord, Introduction, person_iri
from kb_service.sheets import SheetContents, read_workbook, write_template, write_workbook
from tests.sheet_catalogue import (
    CATALOGUE,
    GRADE,
    GRID_SHEET,
    STEN,
    T12_SHEET,
    TEAMS,
    TODAY,
    WANG,
    filled,
    saved,
)

WANG_RECORD = Introduction(
    "p001", "王小明", "hotline-1", "customer-service-specialist", ("team-leader",)
)
CONTACT = {"email": "wang@example.org", "phone": "+86 10 5555 0100"}
WANG_ASSESSMENT = AssessmentRecord(
    "A1",
    "p001",
    date(2026, 5, 4),
    "test",
    "t12",
    {"time-management": Decimal(7), "patience": Decimal("6.5")},
)


def read(data: bytes, filename: str = "people.xlsx") -> SheetContents:
    return read_workbook(data, filename, CATALOGUE, TODAY)


# The template


def test_a_filled_template_is_read_as_its_person_and_assessment() -> None:
    contents = read(filled([WANG]))

    assert contents.people == (WANG_RECORD,)
    assert contents.assessments == (WANG_ASSESSMENT,)
    assert contents.teams == (TEAMS["hotline-1"],)
    assert contents.notes == ()


def test_a_further_row_of_a_person_needs_only_the_id() -> None:
    further = {"工号": "p001", "日期": date(2026, 6, 1), "来源": "peer", "时间管理": 5}

    contents = read(filled([WANG, further]))

    assert contents.people == (WANG_RECORD,)
    assert [each.id for each in contents.assessments] == ["A1", "t12-2026-06-01-peer"]


def test_one_workbook_holds_a_person_in_both_frameworks() -> None:
    book = openpyxl.load_workbook(BytesIO(filled([WANG])))
    page = book[GRID_SHEET]
    for column, value in {1: "p001", 7: date(2026, 5, 4), 8: "测验", 10: 4}.items():
        page.cell(5, column, value)

    contents = read(saved(book))

    assert contents.people == (WANG_RECORD,)
    assert [(each.framework, dict(each.ratings)) for each in contents.assessments] == [
        ("t12", dict(WANG_ASSESSMENT.ratings)),
        ("grid", {"service-awareness": Decimal(4)}),
    ]


def test_what_was_read_can_be_pointed_at() -> None:
    contents = read(filled([WANG]))

    person = person_iri("p001").value
    assert contents.places.of(person) == f"sheet {T12_SHEET}, row 5"
    assert contents.places.of(f"{person}/assessment/A1") == f"sheet {T12_SHEET}, row 5"
    assert (
        contents.places.of(f"{person}/assessment/A1/rating/time-management")
        == f"sheet {T12_SHEET}, row 5, column K 时间管理"
    )
    assert contents.places.of(person_iri("p002").value) == ""


def test_the_template_offers_posts_sources_teams_and_levels() -> None:
    book = openpyxl.load_workbook(BytesIO(filled([])))
    page = book[T12_SHEET]

    offers = {str(offer.sqref): offer.formula1 for offer in page.data_validations.dataValidation}
    assert offers == {
        "C5:C5000": "'选项'!$C$2:$C$3",
        "D5:D5000": "'选项'!$A$2:$A$4",
        "E5:E5000": "'选项'!$A$2:$A$4",
        "H5:H5000": "'选项'!$B$2:$B$4",
        "J5:J5000 K5:K5000 L5:L5000 M5:M5000 N5:N5000": '"1,2,3,4,5,6,7,8,9,10"',
    }
    assert book["选项"].sheet_state == "hidden"
    assert [cell.value for cell in book["选项"]["C"][:3]] == [
        "team",
        "热线一组 / Hotline team 1",
        "夜班组 / Night team",
    ]


def test_the_template_explains_every_column_in_both_languages() -> None:
    book = openpyxl.load_workbook(BytesIO(filled([])))

    explained = {row[2].value: [cell.value for cell in row] for row in book["说明"].iter_rows()}
    headed = [cell.value for name in (T12_SHEET, GRID_SHEET) for cell in book[name][1]]
    assert set(headed) <= set(explained)
    assert explained["time-management"] == [
        "时间管理",
        "Time management",
        "time-management",
        "能力 Abilities",
        "时间管理的含义",
        "Time management",
        "1–10，可带一位小数，可留空\n1–10, one decimal at most, or empty",
        "6",
    ]


def test_a_template_for_one_framework_has_its_sheet_only() -> None:
    buffer = BytesIO()
    write_template(buffer, CATALOGUE, "grid")

    assert openpyxl.load_workbook(buffer).sheetnames == [GRID_SHEET, "说明", "选项"]


def test_the_same_template_has_the_same_bytes() -> None:
    one, other = BytesIO(), BytesIO()

    write_template(one, CATALOGUE)
    write_template(other, CATALOGUE)

    assert one.getvalue() == other.getvalue()


def test_a_sheet_without_a_column_of_ids_is_passed_by_with_a_note() -> None:
    book = openpyxl.load_workbook(BytesIO(filled([WANG])))
    book.create_sheet("备忘").append(["记得", "补测"])

    contents = read(saved(book))

    assert contents.people == (WANG_RECORD,)
    assert [note.message["en"] for note in contents.notes] == [
        "The sheet 备忘 was not read because it has no column Person id."
    ]


# What people write


@pytest.mark.parametrize(
    "written",
    [
        date(2026, 5, 4),
        datetime(2026, 5, 4, 9, 30),
        "2026-05-04",
        "2026/5/4",
        "2026.5.4",
        "2026年5月4日",
        "2026-05-04 00:00:00",
        20260504,
    ],
)
def test_a_date_may_be_written_as_people_do(written: object) -> None:
    contents = read(filled([{**WANG, "日期": written}]))

    assert contents.assessments[0].assessed_on == date(2026, 5, 4)


@pytest.mark.parametrize(
    "written",
    ["team-leader", "班组长", "Team leader", "TEAM LEADER ", "班组长 / Team leader"],
)
def test_a_post_may_be_given_by_id_or_by_a_label(written: str) -> None:
    contents = read(filled([{**WANG, "岗位": written}]))

    assert contents.people[0].post == "team-leader"


@pytest.mark.parametrize("written", ["班组长;培训师", "Team leader, trainer", "班组长、培训师"])
def test_a_person_may_be_a_candidate_for_several_posts(written: str) -> None:
    contents = read(filled([{**WANG, "竞聘岗位": written}]))

    assert contents.people[0].candidate_for == ("team-leader", "trainer")


@pytest.mark.parametrize("written", [7, 7.0, "7", "\uff17", "7.0", " 7 "])
def test_a_rating_may_be_a_number_or_its_digits(written: object) -> None:
    contents = read(filled([{**WANG, "时间管理": written}]))

    assert contents.assessments[0].ratings["time-management"] == 7


def test_an_id_typed_as_a_number_is_its_digits() -> None:
    contents = read(filled([{**WANG, "工号": 1001}]))

    assert contents.people[0].id == "1001"


def test_a_new_team_gets_an_id_that_stays_the_same() -> None:
    first = read(filled([{**WANG, "班组": "客户关怀组"}]))
    second = read(filled([{**WANG, "班组": "客户关怀组"}]))
    english = read(filled([{**WANG, "班组": "Care team"}]))

    assert first.teams == second.teams
    assert (first.teams[0].zh, first.people[0].team) == ("客户关怀组", first.teams[0].id)
    assert english.people[0].team == "care-team"


def test_someone_without_a_name_is_named_by_the_id() -> None:
    contents = read(filled([{key: WANG[key] for key in WANG if key != "姓名"}]))

    assert contents.people[0].name == "p001"


@pytest.mark.parametrize(
    ("email", "phone"),
    [("邮箱", "电话"), ("E-mail", "Telephone"), ("email", "phone"), ("电子邮箱", "手机号")],
)
def test_contact_data_is_read_where_somebody_adds_its_columns(email: str, phone: str) -> None:
    contents = read(
        f"工号,{email},{phone}\np001,wang@example.org,+86 10 5555 0100\n".encode(), "c.csv"
    )

    assert [dict(person.contact) for person in contents.people] == [CONTACT]


def test_contact_data_has_columns_only_in_a_workbook_that_holds_some() -> None:
    without, with_contact = BytesIO(), BytesIO()

    write_workbook(without, CATALOGUE, [WANG_RECORD], [])
    write_workbook(with_contact, CATALOGUE, [dataclasses.replace(WANG_RECORD, contact=CONTACT)], [])

    assert "email" not in columns_of(without) and "phone" not in columns_of(without)
    assert {"email", "phone"} <= columns_of(with_contact)


def columns_of(workbook: BytesIO) -> set[str]:
    """The machine ids of the columns of the first sheet."""
    sheet = openpyxl.load_workbook(workbook).worksheets[0]
    return {str(cell.value) for cell in next(sheet.iter_rows())}


# CSV


HEADERS = {
    "zh": ["工号", "姓名", "岗位", "日期", "来源", "时间管理"],
    "en": ["Person id", "Name", "Post", "Date", "Source", "Time management"],
    "ids": ["person", "name", "post", "date", "source", "time-management"],
}


def csv_text(headers: Sequence[str], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(headers)
    writer.writerow(["p001", "王小明", "班组长", "2026/5/4", "上级", "7.5"])
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_a_csv_file_is_read_in_any_usual_dress(
    headers: list[str], delimiter: str, encoding: str
) -> None:
    contents = read(csv_text(headers, delimiter).encode(encoding), "people.csv")

    assert contents.people == (Introduction("p001", "王小明", None, "team-leader"),)
    assert contents.assessments == (
        AssessmentRecord(
            "t12-2026-05-04-supervisor",
            "p001",
            date(2026, 5, 4),
            "supervisor",
            "t12",
            {"time-management": Decimal("7.5")},
        ),
    )


def test_a_csv_file_of_ratings_says_nothing_about_the_people() -> None:
    contents = read(
        "工号,日期,来源,量表,时间管理\np1,2026-01-05,上级,percent,85.5\n".encode(), "q.csv"
    )

    assert contents.people == ()
    assert contents.assessments[0].scale == "percent"
    assert contents.assessments[0].ratings == {"time-management": Decimal("85.5")}


# Any records


_IDS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,11}", fullmatch=True)
_NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12
).filter(lambda name: "??" not in name and "\ufffd" not in name)
_DAYS = st.dates(date(1990, 1, 1), TODAY)


def tenths(bounds: tuple[Decimal, Decimal]) -> st.SearchStrategy[Decimal]:
    low, high = (int(bound * 10) for bound in bounds)
    return st.integers(low, high).map(lambda number: Decimal(number) / 10)


@st.composite
def assessments(draw: st.DrawFn, person: str, id: str) -> AssessmentRecord:
    framework = draw(st.sampled_from(sorted(CATALOGUE.dimensions)))
    scale = draw(st.sampled_from([None, "percent"]))
    bounds = CATALOGUE.scales[scale] if scale else {"t12": STEN, "grid": GRADE}[framework]
    dimensions = st.sampled_from(sorted(CATALOGUE.dimensions[framework]))
    ratings = draw(st.dictionaries(dimensions, tenths(bounds), min_size=1))
    day = draw(_DAYS)
    expires = draw(st.none() | st.dates(day, date(2030, 12, 31)))
    source = draw(st.sampled_from(sorted(CATALOGUE.sources)))
    return AssessmentRecord(id, person, day, source, framework, ratings, expires, scale)


@st.composite
def records(draw: st.DrawFn) -> tuple[list[Introduction], list[AssessmentRecord]]:
    ids = draw(st.lists(_IDS, unique=True, max_size=4))
    posts = st.sampled_from(sorted(CATALOGUE.positions))
    people = [
        Introduction(
            id,
            draw(_NAMES),
            draw(st.none() | st.sampled_from(sorted(TEAMS)) | _IDS),
            draw(st.none() | posts),
            tuple(draw(st.lists(posts, unique=True))),
            draw(st.sampled_from([{}, CONTACT, {"phone": CONTACT["phone"]}])),
        )
        for id in ids
    ]
    strangers = draw(st.lists(_IDS.filter(lambda id: id not in ids), unique=True, max_size=1))
    given = [
        draw(assessments(person, id))
        for person in [*ids, *strangers]
        for id in draw(st.lists(_IDS, unique=True, max_size=3))
    ]
    if not people and not given:
        people = [Introduction("p1", "王")]
    return people, given


@settings(max_examples=60, deadline=None)
@given(records())
def test_any_records_written_are_read_back_in_full(
    written: tuple[list[Introduction], list[AssessmentRecord]],
) -> None:
    people, given_assessments = written
    buffer = BytesIO()

    write_workbook(buffer, CATALOGUE, people, given_assessments, TEAMS.values())
    contents = read(buffer.getvalue())

    assert by_id(contents.people) == by_id(people)
    assert by_id(contents.assessments) == by_id(given_assessments)


def by_id(given_records: Sequence[Any]) -> Mapping[tuple[str, ...], Any]:
    return {
        (getattr(record, "person", ""), record.id): dataclasses.asdict(record)
        for record in given_records
    }


# Beside what is stored


def test_what_a_sheet_leaves_unsaid_is_kept() -> None:
    contents = read("工号,姓名\np001,王小明\np002,李娜\n".encode(), "names.csv")

    known = dataclasses.replace(WANG_RECORD, contact=CONTACT)
    joined = contents.people_joined_with({"p001": known})

    assert joined == (known, Introduction("p002", "李娜"))
