"""Whether what each question says of whom it tells is true, since it decides who may ask it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.answers import columns_of
from kb_service.questions import Counted, TellsOf, questions, read_question
from kb_service.store.reach import EVERYTHING, SHARED
from kb_service.vocabulary import ORGANISATION_GRAPH, iri
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import EVERYBODY, MODEL, ServiceOfRoles, open_service

NOBODY, COUNTS, ONE, ALL = (
    TellsOf.NOBODY,
    TellsOf.COUNTS,
    TellsOf.ONE_PERSON,
    TellsOf.EVERYBODY,
)
ABOUT_SOMEBODY = re.compile(
    r"judgement:ofPerson|judgement:since|\bpeople:|org:memberOf|org:holds|\?person\b"
    r"|/conclusions/people/"
)
THINGS = {
    "box": "core-player",
    "model": MODEL,
    "period": "spring",
    "plan": MODEL,
    "requirement": f"{MODEL}.patience",
    "team": "north",
    "training": "callback-diary-coaching",
    "verdict": "fit",
}
ABOUT_WHAT_NOBODY_HERE_HAS = {
    "contested-judgements",
    "performance-of-team",
    "nine-box-of-team",
    "people-in-nine-box",
    "people-in-nine-boxes",
    "calibration-of-teams",
    "calibration-of-raters",
    "raters-of-team",
    "reassessment-needs",
}
"""Nobody in this organisation objects to anything, is appraised, or has old assessments alone."""
PERIOD_AND_TEAM = """
    @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix people: <https://w3id.org/rengang/ontology/people#> .
    @prefix performance: <https://w3id.org/rengang/ontology/performance#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    <https://w3id.org/rengang/period/spring> a performance:Period ; dcterms:identifier "spring" ;
      performance:periodStart "2026-01-01"^^xsd:date ;
      performance:periodEnd "2026-03-31"^^xsd:date ;
      performance:periodState performance:open .
    <https://w3id.org/rengang/team/north> a people:Team ; dcterms:identifier "north" ;
      skos:prefLabel "北"@zh, "North"@en .
""".encode()
HEADER = """# A question
#
# Asks:   What?
# 问题:   什么？
# Takes:  nothing
# Tells:  {}
# Over:   store

SELECT ?x {{ ?x ?y ?z }}
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("questions") / "data")
    where = f"/data?graph={ORGANISATION_GRAPH.value}"
    stored = made.as_role(Role.ADMIN).put(where, data=PERIOD_AND_TEAM, content_type="text/turtle")
    assert stored.status_code == 204, stored.text
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


@pytest.mark.parametrize(
    "said, tells_of, counted",
    [
        ("of nobody", NOBODY, None),
        ("of one person", ONE, None),
        ("of everybody", ALL, None),
        ("of raters", TellsOf.RATERS, None),
        ("how many (people)", COUNTS, Counted("people")),
        (
            "how many (people of judged for each model)",
            COUNTS,
            Counted("people", "judged", "model"),
        ),
    ],
)
def test_a_question_says_of_whom_it_tells(
    said: str, tells_of: TellsOf, counted: Counted | None
) -> None:
    found = read_question("x", HEADER.format(said))

    assert (found.tells_of, found.counted) == (tells_of, counted)


@pytest.mark.parametrize("said", ["nobody", "how many", "how many (a of b)", "of somebody"])
def test_anything_else_is_refused_with_what_may_be_said(said: str) -> None:
    with pytest.raises(ValueError, match="of one person"):
        read_question("x", HEADER.format(said))


def test_a_question_that_does_not_say_is_refused() -> None:
    silent = HEADER.format("").replace("# Tells:  \n", "")

    with pytest.raises(ValueError, match="Tells"):
        read_question("x", silent)


@pytest.mark.parametrize("name", sorted(questions()))
def test_a_question_tells_of_no_others_than_it_says(name: str) -> None:
    known = questions()[name]
    pattern = known.text.partition("WHERE")[2]

    tells_of_somebody = bool(ABOUT_SOMEBODY.search(pattern))

    assert tells_of_somebody == (known.tells_of is not NOBODY)
    assert ("person" in known.takes) == (known.tells_of is ONE)
    if known.people:
        assert known.tells_of in (ONE, ALL)


def with_shared_knowledge_alone(base: KnowledgeBase, name: str) -> bool:
    """Whether the answer is the same when nothing about people may be read."""
    query = questions()[name].bound(
        {word: iri(word, THINGS[word]) for word in questions()[name].takes}
    )
    everything, shared = (base.store.select(query, reach) for reach in (EVERYTHING, SHARED))
    return everything == shared


@pytest.mark.parametrize(
    "name", sorted(name for name, known in questions().items() if known.tells_of is not ONE)
)
def test_only_the_answers_that_tell_of_people_need_them(service: ServiceOfRoles, name: str) -> None:
    unmoved = with_shared_knowledge_alone(service.knowledge_base, name)

    if questions()[name].tells_of is NOBODY:
        assert unmoved
    elif name not in ABOUT_WHAT_NOBODY_HERE_HAS:
        assert not unmoved


@pytest.mark.parametrize(
    "name", sorted(name for name, known in questions().items() if known.counted)
)
def test_a_count_names_nobody_and_counts_people_once(name: str) -> None:
    known = questions()[name]
    assert known.counted is not None
    counts = {known.counted.part, *filter(None, [known.counted.whole])}

    counted = re.findall(r"\bCOUNT\(([^)]*)\)", known.text)

    assert set(counted) == {"DISTINCT ?person"}
    assert counts <= set(columns_of(known))
    assert "person" not in columns_of(known)
    assert not known.people
    assert known.over == "store"


# Counts of everybody, for those who may see nobody


@pytest.mark.parametrize("role", [Role.MODEL_READER, Role.EDITOR])
def test_who_sees_nobody_is_told_how_many_there_are_but_never_how_few(
    service: ServiceOfRoles, role: Role
) -> None:
    hr, other = (
        body(service.as_role(each).get("/api/v1/questions/verdicts-of-models"))
        for each in (Role.HR, role)
    )

    whole = {(row["model"], row["verdict"]): row["people"] for row in hr["rows"]}
    told = {(row["model"], row["verdict"]): row["people"] for row in other["rows"]}
    assert set(whole) == set(told)
    assert all(count is None or count == whole[key] >= 5 for key, count in told.items())
    assert ("note" in other) == (None in told.values())
    assert "note" not in hr


def demand(client: FlaskClient, more: str = "") -> list[tuple[str, int | None]]:
    answer = body(client.get(f"/api/v1/questions/training-demand{more}"))
    return [(row["training"], row["people"]) for row in answer["rows"]]


def test_pages_of_counts_are_cut_after_they_were_withheld(service: ServiceOfRoles) -> None:
    reader = service.as_role(Role.MODEL_READER)
    every = demand(reader)

    one_by_one = [
        row for place in range(len(every)) for row in demand(reader, f"?limit=1&offset={place}")
    ]

    assert one_by_one == every


def test_a_lead_counts_their_own_team(service: ServiceOfRoles) -> None:
    rows = body(service.as_role(Role.TEAM_LEAD).get("/api/v1/questions/verdicts-of-models"))["rows"]

    assert {row["judged"] for row in rows} == {4}
    assert len(EVERYBODY) > 4
