"""The check for adverse impact: groups come with a file, are compared, and are kept nowhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from werkzeug.test import TestResponse

from kb_service.access.roles import Role
from kb_service.web.group_comparison import UNJUDGED
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import MODEL, ServiceOfRoles, open_service

PAGE = {"Accept": "text/html"}
HERE = {"Sec-Fetch-Site": "same-origin"}
SECRET = "zq-left-handed-zq"
FILE = f"person,group\nana,A\nbo,A\ncai,{SECRET}\ndan,{SECRET}\neve,{SECRET}\ngao,A\nnobody,A\n"
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """Seven people, of whom `gao` was never assessed."""
    made = open_service(tmp_path_factory.mktemp("groups") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def sent(
    service: ServiceOfRoles,
    text: str | bytes = FILE,
    role: Role = Role.HR,
    query: str = f"model={MODEL}",
    key: str = "",
) -> TestResponse:
    return service.as_role(role).post(
        f"/api/v1/adverse-impact?{query}",
        data=text,
        content_type="text/csv",
        headers={"Idempotency-Key": key} if key else {},
    )


def on_page(service: ServiceOfRoles, text: str, **fields: str) -> TestResponse:
    data = {"model": MODEL, "verdict": "fit", **fields}
    file = (io.BytesIO(text.encode()), "groups.csv")
    return service.as_role(Role.HR).post(
        "/adverse-impact?lang=en", data={**data, "file": file}, headers=PAGE | HERE
    )


def by_group(answer: TestResponse) -> dict[str, Any]:
    return {row["group"]: row for row in body(answer)["groups"]}


def verdict_of(service: ServiceOfRoles, person: str) -> str:
    found: str = body(service.as_role(Role.HR).get(f"/api/v1/people/{person}/fit/{MODEL}"))[
        "verdict"
    ]
    return found


def test_each_group_is_counted_by_the_verdicts_of_its_people(service: ServiceOfRoles) -> None:
    verdicts = {person: verdict_of(service, person) for person in ("ana", "bo", "gao")}

    group = by_group(sent(service))["A"]

    assert verdicts["gao"] == UNJUDGED
    assert (group["judged"], group["unjudged"]) == (2, 1)
    fitting = sum(verdicts[person] in ("strong-fit", "fit") for person in ("ana", "bo"))
    assert group["selected"] == fitting


def test_what_counts_as_selected_is_for_the_caller_to_say(service: ServiceOfRoles) -> None:
    lenient = by_group(sent(service, query=f"model={MODEL}&verdict=trainable"))
    strict = by_group(sent(service, query=f"model={MODEL}&verdict=strong-fit"))

    for group in lenient:
        assert lenient[group]["selected"] >= strict[group]["selected"]
    assert sent(service, query=f"model={MODEL}&verdict=unsuitable").status_code == 404


def test_people_whom_nobody_knows_are_counted_apart(service: ServiceOfRoles) -> None:
    answer = body(sent(service))

    assert (answer["people"], answer["unknown"]) == (7, 1)


def test_rates_are_fractions_and_small_groups_are_called_small(service: ServiceOfRoles) -> None:
    answer = body(sent(service))

    policy = {row["id"]: row["value"] for row in answer["policy"]}
    assert policy["adverse-impact-ratio"] == 0.8
    assert all(row["isSmall"] for row in answer["groups"])
    for row in answer["groups"]:
        share = row["rate"]["numerator"] / row["rate"]["denominator"]
        assert share == row["selected"] / row["judged"]


@pytest.mark.parametrize("role", [Role.SELF, Role.TEAM_LEAD, Role.MODEL_READER, Role.EDITOR])
def test_who_may_not_see_everybody_compares_no_groups(service: ServiceOfRoles, role: Role) -> None:
    assert sent(service, role=role).status_code == 403


def test_an_analyst_compares_groups_under_pseudonyms(service: ServiceOfRoles) -> None:
    text = f"person,group\n{service.key('ana')},A\n{service.key('bo')},B\nana,B\n"

    answer = body(sent(service, text, Role.ANALYST))

    assert (answer["people"], answer["unknown"]) == (3, 1)


@pytest.mark.parametrize(
    "text, words",
    [
        ("person\nana\n", "no columns person and group"),
        ("person,group\nana,A\nana,B\n", "Line 3: This person is in two groups"),
        ("person,group\nana,\n", "Line 2, column B (group): There is no group"),
        ("person,group\na na,A\n", "Line 2, column A (person)"),
        ("person,group\n", "nobody in the table"),
        ("person,group\n" + "".join(f"p{n},g{n}\n" for n in range(51)), "more than 50 groups"),
    ],
)
def test_a_fault_of_the_file_is_told_with_its_place(
    service: ServiceOfRoles, text: str, words: str
) -> None:
    answer = sent(service, text, query=f"model={MODEL}&lang=en")

    assert answer.status_code == 422
    assert words in answer.get_json()["detail"]


def test_the_form_shows_faults_and_results_without_scripts(service: ServiceOfRoles) -> None:
    wrong = on_page(service, "person,group\nana,A\nana,B\n")
    right = on_page(service, FILE)

    assert wrong.status_code == 422
    assert "This person is in two groups" in wrong.text
    assert SECRET in right.text
    assert "few people" in right.text


def test_a_group_whose_name_is_code_is_shown_as_text(service: ServiceOfRoles) -> None:
    page = on_page(service, "person,group\nana,<script>alert(1)</script>\nbo,B\n").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_a_formula_for_a_name_is_a_text_in_the_workbook(service: ServiceOfRoles) -> None:
    answer = on_page(service, f"person,group\nana,{FORMULA}\nbo,B\n", **{"as": "xlsx"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA)
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_group_is_found_nowhere_once_it_was_answered(
    service: ServiceOfRoles, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        first = sent(service, key="the-same")
        again = sent(service, key="the-same")
        on_page(service, FILE)

    assert SECRET in first.text
    assert "Idempotency-Replayed" not in again.headers
    assert SECRET not in caplog.text
    assert found_in(service.knowledge_base.store.data.audit.parent, SECRET) == []


def found_in(folder: Path, text: str) -> list[Path]:
    """The files below a folder in which a text stands as it is."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if text.encode() in path.read_bytes()]
