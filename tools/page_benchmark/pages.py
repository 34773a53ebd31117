"""The pages that are timed, and whom and what they are asked for."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.benchmark.appraisals import PLAN, QUARTERS
from tools.benchmark.crowd import person_id

TEAM_SIZE = 25


def team_of(number: int) -> str:
    """The team of an invented person."""
    return f"bench-{number // TEAM_SIZE:03d}"


PAGES: Mapping[str, str] = {
    "home": "/",
    "search": "/search?q=bench-0001-0",
    "position models": "/position-models",
    "position model": f"/position-models/{PLAN}",
    "candidates": f"/position-models/{PLAN}/candidates?verdict=fit",
    "people": "/people",
    "people of a verdict": f"/people?model={PLAN}&verdict=trainable",
    "person": "/people/{person}",
    "fit": f"/people/{{person}}/fit/{PLAN}",
    "what if": f"/people/{{person}}/fit/{PLAN}/what-if",
    "why": f"/explain?person={{person}}&model={PLAN}",
    "rights": "/people/{person}/rights",
    "comparison": f"/compare?model={PLAN}&person={{person}}&person={{other}}",
    "teams": "/teams",
    "team": "/teams/{team}",
    "appraisals of a team": "/teams/{team}/performance?period={period}",
    "organisation": "/organisation",
    "people behind a number": "/organisation/people/holders-with-verdict"
    f"?model={PLAN}&verdict=unsuitable",
    "adverse impact": "/adverse-impact",
    "plans": "/plans",
    "plan": f"/plans/{PLAN}",
    "appraisal": "/people/{person}/performance/{period}",
    "studies": "/studies",
    "panel": "/studies/csr-delphi",
    "questionnaire": "/studies/csr-questionnaire",
    "interviews": "/studies/csr-bei",
    "decision": "/studies/csr-delphi/items/integrity",
    "draft": "/studies/csr-delphi/draft?weights=csr-ahp&interviews=csr-bei&meeting=csr-meeting",
    "import": "/import",
    "validate": "/validate",
    "questions": "/questions",
    "question": "/questions/trainings",
    "SPARQL": "/sparql",
    "ontology": "/ontology",
    "term": "/ontology/terms/core/Requirement",
    "status": "/status",
}
"""Addresses by what the page is called in the table."""


@dataclass(frozen=True)
class Someone:
    """Whom a page is asked for, so that no two of a page's requests are the same."""

    person: str
    other: str
    team: str
    period: str


def some_people(count: int, people: int) -> Sequence[Someone]:
    """So many of the invented people, taken by chance that repeats itself."""
    chance = random.Random(people)
    numbers = [chance.randrange(people) for _ in range(count)]
    return [
        Someone(
            person_id(number),
            person_id((number + 1) % people),
            team_of(number),
            chance.choice(list(QUARTERS)),
        )
        for number in numbers
    ]


def address(path: str, someone: Someone) -> str:
    """The path of a page about somebody."""
    return path.format(
        person=someone.person, other=someone.other, team=someone.team, period=someone.period
    )
