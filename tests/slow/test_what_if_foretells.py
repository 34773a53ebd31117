"""What a what-if foretells is what comes true when the change is made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kb_service.access.view import View
from kb_service.people_records import AssessmentRecord
from kb_service.vocabulary import person_conclusions_graph
from tests.published_models import published
from tests.team_of_agents import NIGHT_SHIFT, RATED, RECENTLY, rated, team_of_agents

HEADER = """
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://w3id.org/rengang/ontology/models/night-shift> a owl:Ontology .
"""
PUBLISHED = HEADER + NIGHT_SHIFT.replace("status:draft", "status:published")
NEXT_VERSION = PUBLISHED.replace("owl:Ontology .", 'owl:Ontology ; owl:versionInfo "0.1.0" .')
Outcome = dict[tuple[str, str], tuple[object, object]]


@pytest.fixture
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    with team_of_agents(tmp_path_factory.mktemp("foretold") / "data") as base:
        yield base


def outcomes(base: View) -> Outcome:
    """The verdict and fit of every agent for every model."""
    return {
        (person, str(row["model"])): (row["verdict"], row["fit"])
        for person in RATED
        for row in base.ask("fits-of-person", person=person).rows
    }


def foretold(answer: dict[str, Any], now: Outcome) -> Outcome:
    """The same as it would be, if what is told to differ did."""
    then = dict(now)
    for row in answer["rows"]:
        for model in row["models"]:
            key = row["person"], model["model"]
            verdict, fit = then.get(key, (None, None))
            for each in model["differences"]:
                after = each["after"] or {}
                if each["kind"] == "Verdict":
                    verdict = after.get("verdict")
                if each["kind"] == "Fit":
                    fit = after.get("percent")
            if row["person"] in RATED:
                then[key] = verdict, fit
    return then


def import_model(base: View, text: str) -> None:
    base.import_rdf(text.encode(), "text/turtle")


def test_a_rating_that_was_supposed_and_then_given(base: View) -> None:
    now = outcomes(base)
    answer = base.what_if({"for": {"person": "chen"}, "ratings": {"conflict-resolution": 9}})

    ratings = {"conflict-resolution": Decimal(9)}
    base.put_assessment(AssessmentRecord("A2", "chen", date.today(), "test", "t12", ratings))

    assert foretold(answer, now) != now
    assert outcomes(base) == foretold(answer, now)


def test_a_draft_that_was_supposed_and_then_published(base: View) -> None:
    now = outcomes(base)
    answer = base.what_if({"for": "everyone", "model": NIGHT_SHIFT})

    import_model(base, PUBLISHED)

    assert foretold(answer, now) != now
    assert outcomes(base) == foretold(answer, now)


def test_requirements_that_were_supposed_and_then_written(base: View) -> None:
    import_model(base, PUBLISHED)
    now = outcomes(base)
    change = {
        "conflict-resolution": {"required": 9.5, "minimum": 6.5},
        "patience": {"tier": "main"},
    }
    answer = base.what_if({"for": "everyone", "requirements": {"night-shift": change}})

    published(
        base,
        NEXT_VERSION.replace(
            "core:dimension ability:conflict-resolution ;",
            "core:dimension ability:conflict-resolution ; core:requiredLevel 9.5 ;"
            " core:minimumLevel 6.5 ;",
        ).replace("core:requires ", "core:requires requirement:night-shift.patience , ")
        + """
requirement:night-shift.patience a core:Requirement ; core:dimension ability:patience ;
  core:tier tier:main ; core:evidence evidence:assumed ;
  dcterms:identifier "night-shift.patience" ;
  skos:prefLabel "夜班：耐心坚持"@zh, "Night: patience"@en .
""",
    )

    assert foretold(answer, now) != now
    assert outcomes(base) == foretold(answer, now)


def test_conclusions_that_do_not_fit_the_day_asked_for_are_drawn_again(base: View) -> None:
    graph = person_conclusions_graph(base.key_of("chen"))
    kept = base.knowledge_base.store.graph(graph)
    request = {"for": {"person": "chen"}, "policy": {"fit-for-strong-fit": 95}}

    today = base.what_if(request)
    much_later = base.what_if(request | {"asOf": "2100-01-01"})

    assert (today["withOtherVerdict"], much_later["withOtherVerdict"]) == (1, 0)
    assert base.knowledge_base.store.graph(graph) == kept


def test_whom_a_number_concerns_depends_on_the_day_asked_for(base: View) -> None:
    everything = rated(base, "9", {})
    base.put_assessment(AssessmentRecord("A2", "chen", date.today(), "test", "t12", everything))
    request = {"for": "everyone", "policy": {"fit-for-strong-fit": 95}}

    today = base.what_if(request)
    then = base.what_if(request | {"asOf": RECENTLY.isoformat()})

    assert "chen" not in {row["person"] for row in today["rows"]}
    assert "chen" in {row["person"] for row in then["rows"]}  # 92.8 before the new test
