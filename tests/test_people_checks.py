"""What a submission asks for is compared with what people were assessed in, by a question in a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, Quad, Store, Triple

from kb_service.findings import Finding
from kb_service.sparql import select
from kb_service.validation.people_checks import people_checks
from kb_service.vocabulary import A, iri

ASKED = Triple(
    iri("requirement", "x.patience"), iri("core", "dimension"), iri("ability", "patience")
)
KNOWN = Triple(iri("ability", "patience"), iri("core", "part"), iri("part", "ability"))


def found(*stored: Triple) -> list[Finding]:
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in stored)
    (check,) = people_checks()
    rows = select(store, check.asked([ASKED]))
    return [check.finding({name: row[name] for name in ("this", "value", "name")}) for row in rows]


def rating_of(ability: str) -> list[Triple]:
    node = iri("person", f"p1/assessment/a1/rating/{ability}")
    return [
        Triple(node, A, iri("people", "Rating")),
        Triple(node, iri("core", "dimension"), iri("ability", ability)),
    ]


def test_an_ability_nobody_was_ever_assessed_in_earns_a_warning() -> None:
    (told,) = found(KNOWN, *rating_of("empathy"))

    assert (told.severity, told.focus, told.value) == (
        "warning",
        "https://w3id.org/rengang/requirement/x.patience",
        "https://w3id.org/rengang/ability/patience",
    )
    assert told.message["en"].startswith("Nobody here was ever assessed in patience, so")
    assert told.message["zh"].startswith("这里还没有人评过“patience”，")


def test_an_ability_that_somebody_was_assessed_in_earns_none() -> None:
    assert found(KNOWN, *rating_of("patience")) == []


def test_where_nobody_was_assessed_in_anything_there_is_nothing_to_warn_of() -> None:
    assert found(KNOWN) == []


def test_what_is_no_known_dimension_is_told_by_the_shapes_alone() -> None:
    assert found(*rating_of("empathy")) == []


def test_text_for_an_ability_reaches_no_query() -> None:
    hostile = Triple(ASKED.subject, ASKED.predicate, Literal("} } INSERT DATA {"))

    assert people_checks()[0].asked([hostile]) == ""


@pytest.mark.parametrize("line", ["# Severity: warning", "# About:    ?this core:dimension ?value"])
def test_a_file_without_a_line_of_its_header_is_refused_by_name(tmp_path: Path, line: str) -> None:
    (check,) = people_checks()
    folder = tmp_path / "shapes" / "beside-people"
    folder.mkdir(parents=True)
    (folder / "broken.rq").write_text(check.query.replace(line, "#"), encoding="utf-8")

    with pytest.raises(ValueError, match=r"broken\.rq"):
        people_checks(tmp_path)
