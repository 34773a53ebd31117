"""The overview and the search: what each role is told of, and what is found by which words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kb_service.access.roles import Role
from kb_service.audit import AuditTrail, entries_about, reference
from kb_service.web.auditing import EXTENSION as AUDIT
from kb_service.web.service import EXTENSION
from tests.conftest import RECENTLY, body
from tests.service_of_roles import EVERYBODY, MODEL, NORTH, ServiceOfRoles, open_service

LONG_AGO = f"{RECENTLY.year - 5}-01-31"
EXPIRED = {"date": LONG_AGO, "source": "test", "framework": "t12", "ratings": {"patience": 6}}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """Everybody is assessed but `gao`, whose one assessment has expired; `ana` objects."""
    made = open_service(tmp_path_factory.mktemp("overview") / "data")
    hr = made.as_role(Role.HR)
    hr.put("/api/v1/people/gao/assessments/A0", json=EXPIRED)
    hr.post("/api/v1/people/ana/objections", json={"grounds": "I was ill that day"})
    hr.put("/api/v1/periods/past", json={"start": "2020-01-01", "end": "2020-03-31"})
    hr.put("/api/v1/periods/to-come", json={"start": "2090-01-01", "end": "2090-03-31"})
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def overview(service: ServiceOfRoles, role: Role) -> Any:
    return body(service.as_role(role).get("/api/v1/overview"))


def counts(service: ServiceOfRoles, role: Role) -> dict[str, int | None]:
    return {each["matter"]: each["count"] for each in overview(service, role)["matters"]}


def found(service: ServiceOfRoles, role: Role, words: str) -> dict[str, list[str]]:
    answer = body(service.as_role(role).get("/api/v1/search", query_string={"q": words}))
    return {group["kind"]: [row["id"] for row in group["rows"]] for group in answer["groups"]}


def test_hr_is_told_of_all_that_waits_for_them(service: ServiceOfRoles) -> None:
    told = counts(service, Role.HR)

    assert told["insufficient-evidence"] == 1
    assert told["reassessment-needs"] == 1
    assert told["contested-judgements"] == 1
    assert told["periods-to-close"] == 1


@pytest.mark.parametrize(
    "question, who",
    [
        ("insufficient-evidence", "gao"),
        ("reassessment-needs", "gao"),
        ("contested-judgements", "ana"),
    ],
)
def test_each_matter_of_people_is_a_question_that_lists_them(
    service: ServiceOfRoles, question: str, who: str
) -> None:
    rows = body(service.as_role(Role.HR).get(f"/api/v1/questions/{question}"))["rows"]

    assert {row["person"] for row in rows} == {who}


def test_every_matter_of_people_lists_as_many_as_it_counts(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)
    counted = body(hr.get("/api/v1/questions/matters-of-people"))["rows"]

    listed = {
        row["question"]: {
            each["person"] for each in body(hr.get(f"/api/v1/questions/{row['question']}"))["rows"]
        }
        for row in counted
    }

    assert {name: len(people) for name, people in listed.items()} == {
        row["question"]: row["people"] for row in counted
    }


def test_a_lead_is_told_of_their_own_team_alone(service: ServiceOfRoles) -> None:
    told = overview(service, Role.TEAM_LEAD)

    assert told["holdings"]["people"] == len(NORTH)
    assert {each["matter"] for each in told["matters"]} & {
        "insufficient-evidence",
        "reassessment-needs",
        "contested-judgements",
    } == {"contested-judgements"}


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.EDITOR])
def test_who_may_see_nobody_is_not_told_of_few(service: ServiceOfRoles, role: Role) -> None:
    told = overview(service, role)

    assert told["holdings"]["people"] is None
    by_matter = {each["matter"]: each["count"] for each in told["matters"]}
    assert by_matter["insufficient-evidence"] is None
    everybody = counts(service, Role.HR)["critical-gaps"]
    assert everybody is not None
    assert by_matter["critical-gaps"] == everybody >= 5


def test_a_count_is_made_anew_once_something_is_stored(service: ServiceOfRoles) -> None:
    hr = service.as_role(Role.HR)
    before = counts(service, Role.HR)["insufficient-evidence"]
    hr.put("/api/v1/people/new-here", json={"name": "New here", "post": MODEL})

    during = counts(service, Role.HR)["insufficient-evidence"]
    hr.delete("/api/v1/people/new-here")

    assert (before, during, counts(service, Role.HR)["insufficient-evidence"]) == (1, 2, 1)


@pytest.mark.parametrize(
    "words", ["客服专员", "Customer Service SPECIALIST", "specialist customer"]
)
def test_a_position_is_found_in_either_language(service: ServiceOfRoles, words: str) -> None:
    assert MODEL in found(service, Role.MODEL_READER, words)["position"]


def test_an_ability_is_found_once_and_not_again_among_terms(service: ServiceOfRoles) -> None:
    hits = found(service, Role.MODEL_READER, "patience")

    assert "patience" in hits["dimension"]
    assert "ability:patience" not in hits.get("term", [])


def test_people_are_found_by_parts_of_name_and_id(service: ServiceOfRoles) -> None:
    assert found(service, Role.HR, "NAME an")["person"] == ["ana", "dan", "fan"]
    assert found(service, Role.HR, "gao")["person"] == ["gao"]


def test_a_lead_finds_nobody_outside_the_team(service: ServiceOfRoles) -> None:
    assert found(service, Role.TEAM_LEAD, "name of")["person"] == sorted(NORTH)


def test_an_analyst_finds_pseudonyms_and_no_names(service: ServiceOfRoles) -> None:
    key = service.key("bo")

    assert "person" not in found(service, Role.ANALYST, "Name of")
    assert found(service, Role.ANALYST, key)["person"] == [key]


def test_who_may_see_nobody_finds_nobody(service: ServiceOfRoles) -> None:
    assert "person" not in found(service, Role.MODEL_READER, "ana")


@pytest.mark.parametrize("words", ["%", "_", "!", "' OR 1=1 --"])
def test_a_sign_is_looked_for_as_it_is(service: ServiceOfRoles, words: str) -> None:
    assert "person" not in found(service, Role.HR, words)


def test_nothing_is_found_for_no_words(service: ServiceOfRoles) -> None:
    assert found(service, Role.HR, "  ") == {}


def test_a_kind_tells_how_much_there_is_beyond_what_it_shows(service: ServiceOfRoles) -> None:
    answer = body(service.as_role(Role.HR).get("/api/v1/search?q=name&limit=2"))

    (people,) = (group for group in answer["groups"] if group["kind"] == "person")
    assert (len(people["rows"]), people["total"]) == (2, len(EVERYBODY))


def test_a_term_that_nobody_labelled_goes_by_its_name(service: ServiceOfRoles) -> None:
    answer = body(service.as_role(Role.HR).get("/api/v1/search?q=dcterms:source"))

    (terms,) = (group for group in answer["groups"] if group["kind"] == "term")
    [term] = [row for row in terms["rows"] if row["id"] == "dcterms:source"]
    assert term["label"] == {"zh": "dcterms:source", "en": "dcterms:source"}


def told(service: ServiceOfRoles) -> list[dict[str, Any]]:
    """What the audit trail says so far."""
    trail: AuditTrail = service.app.extensions[AUDIT]
    return list(entries_about(trail.folder))


def test_the_audit_knows_whom_a_search_showed_and_no_others(service: ServiceOfRoles) -> None:
    shown = {reference(service.key(each)) for each in ("ana", "bo")}
    before = len(told(service))

    service.as_role(Role.HR).get("/api/v1/search?q=name&limit=2")

    (entry,) = told(service)[before:]
    assert set(entry["persons"]) == shown
