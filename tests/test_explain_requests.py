"""Asking the service why, and why not: JSON, provenance and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import PROV, RDF, Graph, URIRef

from kb_service.access.view import View
from kb_service.engine.explanation_provenance import FORMATS
from tests.conftest import body

MODEL = "customer-service-specialist"
BROWSER = {"Accept": "text/html"}
BY_ID = f"https://w3id.org/rengang/person/ana/verdict/{MODEL}"
"""The IRI that somebody would write who knows the person by the organisation's id."""


@pytest.fixture
def verdict(view: View) -> str:
    """The IRI of the verdict, which has the pseudonym."""
    return view.verdict_iri("ana", MODEL).value


def get(client: FlaskClient, query: str) -> Any:
    """The JSON answer to a request to explain."""
    answer = client.get(f"/api/v1/explain?{query}")
    assert answer.status_code == 200, answer.text
    return body(answer)


def ways(tree: Any) -> Iterator[Any]:
    """Every way that an answer tells of, however deep."""
    for attempt in tree["attempts"]:
        for way in attempt["ways"]:
            yield from _within(way)


def _within(way: Any) -> Iterator[Any]:
    yield way
    for obstacle in way["obstacles"]:
        if obstacle.get("whyNot"):
            yield from ways(obstacle["whyNot"])
        for inner in obstacle.get("ways", ()):
            yield from _within(inner)


def obstacles(tree: Any, kind: str) -> list[Any]:
    """The obstacles of one kind that an answer tells of."""
    found = (each for way in ways(tree) for each in way["obstacles"])
    return [each for each in found if each["obstacle"] == kind]


def test_a_verdict_is_explained_by_person_and_model_as_by_its_iri(
    client: FlaskClient, verdict: str
) -> None:
    by_ids = get(client, f"person=ana&model={MODEL}")
    by_iri = get(client, f"conclusion={verdict}")
    by_iri_with_id = get(client, f"conclusion={BY_ID}")

    assert by_ids == by_iri == by_iri_with_id
    assert by_ids["conclusion"] == verdict
    assert by_ids["rule"]["says"].keys() == {"zh", "en"}


def test_what_had_to_be_absent_is_named_with_a_question_that_tells_why(client: FlaskClient) -> None:
    tree = get(client, f"person=ana&model={MODEL}")

    by_kind = {each["things"][0]["kind"]["en"]: each for each in tree["notFound"]}
    shortage = by_kind["Evidence shortage"]
    assert shortage["ask"] == {"whyNot": "EvidenceShortage", "person": "ana", "model": MODEL}
    assert [rule["name"] for rule in shortage["rules"]] == [
        "must-have-unknown",
        "insufficient-coverage",
    ]
    query = "&".join(f"{name}={value}" for name, value in shortage["ask"].items())
    assert get(client, query)["attempts"]


@pytest.mark.parametrize("media_type", FORMATS)
def test_provenance_comes_in_the_format_that_is_accepted(
    client: FlaskClient, media_type: str, verdict: str
) -> None:
    answer = client.get(f"/api/v1/explain?person=ana&model={MODEL}", headers={"Accept": media_type})

    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Accept" in answer.vary
    graph = Graph().parse(data=answer.get_data(), format=media_type)
    assert (URIRef(verdict), RDF.type, PROV.Entity) in graph
    days = set(graph.objects(None, PROV.generatedAtTime))
    assert days and all(str(day).endswith("T00:00:00") for day in days)


def test_why_not_tells_what_is_in_the_way_and_the_change_that_would_be_enough(
    client: FlaskClient, verdict: str
) -> None:
    answer = get(client, f"person=ana&model={MODEL}&whyNot=fit")

    [instead] = answer["instead"]
    assert instead["conclusion"] == verdict
    assert answer["sentence"]["en"].startswith("There is no “Verdict: Fit” (")
    barred = obstacles(answer, "found")[-1]
    assert barred["conclusions"][0]["about"] == {"zh": "耐心坚持", "en": "Patience and persistence"}
    assert answer["smallestChange"] == {
        "now": {
            "verdict": "unsuitable",
            "verdictLabel": {"zh": "不适合", "en": "Unsuitable"},
            "fit": 91.1,
        },
        "changes": [
            {
                "ratings": [
                    {
                        "dimension": "patience",
                        "label": {"zh": "耐心坚持", "en": "Patience and persistence"},
                        "from": 5.5,
                        "to": 6.0,
                        "levels": 1,
                    }
                ],
                "levels": 1,
                "verdict": "fit",
                "verdictLabel": {"zh": "匹配", "en": "Fit"},
                "fit": 91.6,
                "sentence": {
                    "zh": "耐心坚持从 5.5 变为 6：匹配度将为 91.6，结论将为「匹配」。",
                    "en": "Patience and persistence from 5.5 to 6: "
                    "the fit would be 91.6 and the verdict “Fit”.",
                },
            }
        ],
        "more": 0,
        "smallest": True,
        "tried": 40,
        "everySingleRating": True,
        "everyHighestPair": False,
        "everyPair": False,
        "pairsUpToLevels": 0,
        "sentence": {"zh": "没有更小的改动能做到。", "en": "No smaller change would do."},
    }


def test_conditions_that_are_false_are_told_with_what_they_compared(client: FlaskClient) -> None:
    answer = get(client, f"person=ana&model={MODEL}&whyNot=Gap&dimension=affinity")

    [unmet] = obstacles(answer, "false")
    assert unmet["condition"] == "?rating < ?required"
    assert unmet["withValues"] == "7 < 6"
    assert [each["value"] for each in unmet["operands"]] == [7.0, 6.0]
    assert unmet["sentence"] == {
        "zh": "不成立：7 < 6（当前评分的所用评分 7、生效要求的要求水平 6）。",
        "en": "Not so: 7 < 6 (Current rating, rating 7, Effective requirement, required level 6).",
    }


def test_a_training_that_is_not_recommended_says_which_gap_is_not_there(
    client: FlaskClient,
) -> None:
    query = f"person=ana&model={MODEL}&whyNot=training&training=calming-an-angry-call"

    answer = get(client, query)

    asked = [each["thing"]["class"] for each in obstacles(answer, "missing")]
    assert any(kind and kind.endswith("#TrainingNeed") for kind in asked)
    assert answer["smallestChange"] is None


def test_a_verdict_worse_than_the_present_one_is_looked_for_as_it_stands(
    client: FlaskClient,
) -> None:
    answer = get(client, "person=ana&model=quality-monitor&whyNot=trainable")

    change = answer["smallestChange"]
    assert change["now"]["verdict"] == "fit"
    assert {one["verdict"] for one in change["changes"]} == {"trainable"}
    assert ("attention-to-detail", 7.0, 6.0) in {
        (rating["dimension"], rating["from"], rating["to"])
        for one in change["changes"]
        for rating in one["ratings"]
    }


def test_what_was_concluded_is_said_to_be(client: FlaskClient, verdict: str) -> None:
    answer = get(client, f"person=ana&model={MODEL}&whyNot=unsuitable")

    assert [each["conclusion"] for each in answer["concluded"]] == [verdict]
    assert answer["attempts"] == [] and answer["smallestChange"] is None


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("whyNot=fit", 400, "person"),
        ("person=nobody&whyNot=fit", 404, "nobody"),
        (f"person=ana&model={MODEL}&whyNot=splendid", 404, "splendid"),
        ("person=ana&model=nothing&whyNot=fit", 404, "nothing"),
        (f"person=ana&model={MODEL}&whyNot=training&training=none", 404, "none"),
        (f"person=ana&model={MODEL}&whyNot=Gap&dimension=none", 404, "none"),
        (f"person=ana&model={MODEL}&whyNot=Fit&training=coach-the-coach", 404, "Fit"),
        (f"person=ana&model={MODEL}&whyNot=fit&seconds=11", 400, "seconds"),
        (f"person=ana&model={MODEL}&whyNot=fit&seconds=nan", 400, "seconds"),
        ("person=nobody&model=nothing", 404, "nobody"),
        ("", 400, "conclusion"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_question_that_cannot_be_asked_says_what_is_wrong_with_it(
    client: FlaskClient, query: str, status: int, words: str, language: str
) -> None:
    answer = client.get(f"/api/v1/explain?{query}&lang={language}")

    assert answer.status_code == status
    assert words in body(answer)["detail"]


def test_formats_that_there_are_not_are_refused(client: FlaskClient) -> None:
    sheet = client.get(f"/api/v1/explain?conclusion={BY_ID}", headers={"Accept": "text/csv"})
    turtle = client.get(
        f"/api/v1/explain?person=ana&model={MODEL}&whyNot=strong-fit",
        headers={"Accept": "text/turtle"},
    )

    assert (sheet.status_code, turtle.status_code) == (406, 406)


def test_a_fit_page_leads_to_why_it_is_not_better_and_what_would_be_enough(
    client: FlaskClient,
) -> None:
    fit = client.get(f"/people/ana/fit/{MODEL}?lang=en", headers=BROWSER).text
    address = f"/explain?whyNot=fit&amp;person=ana&amp;model={MODEL}"
    assert address in fit
    assert "whyNot=unsuitable" not in fit

    page = client.get(address.replace("&amp;", "&"), headers=BROWSER).text
    looked_for = client.get(f"{address}&seconds=3".replace("&amp;", "&"), headers=BROWSER).text

    assert "What would be enough" in page
    assert '<input type="hidden" name="seconds" value="3">' in page
    assert "from 5.5 to 6" not in page
    assert "Patience and persistence from 5.5 to 6" in looked_for
    assert "In the way: “Fit bar” (Patience and persistence)." in page


def test_the_page_of_an_explanation_names_what_had_to_be_absent(client: FlaskClient) -> None:
    page = client.get(f"/explain?person=ana&model={MODEL}&lang=zh", headers=BROWSER).text

    assert "以下情形均未出现" in page
    assert f"/explain?whyNot=Disqualification&amp;person=ana&amp;model={MODEL}" in page
