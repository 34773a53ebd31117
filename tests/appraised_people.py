"""People with figures and ratings, as facts; plans to appraise them by; and what is concluded."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kb_service.engine.conclude import conclude
from kb_service.vocabulary import NAMESPACES, A, iri
from tests.rule_cases import rules
from tests.worlds import policy

PERIODS = {
    "q1": ("2026-01-01", "2026-03-31"),
    "q2": ("2026-04-01", "2026-06-30"),
    "q3": ("2026-07-01", "2026-09-30"),
}
_PREFIXES = "".join(f"@prefix {name}: <{space}> .\n" for name, space in NAMESPACES.items())
_JUDGEMENT = NAMESPACES["judgement"]


@dataclass(frozen=True)
class Form:
    """What one rater says: a grade for each dimension."""

    rater: str
    source: str
    grades: Mapping[str, str]


@dataclass(frozen=True)
class Appraised:
    """All that is known of a person's performance in one period, and who they are."""

    plan: str
    figures: Mapping[str, Decimal] = field(default_factory=dict)
    forms: tuple[Form, ...] = ()
    goals: Mapping[str, Decimal] = field(default_factory=dict)


def in_turtle(text: str) -> list[Triple]:
    """The triples of a text that may use every prefix of the project."""
    return [quad.triple for quad in parse(_PREFIXES + text, format=RdfFormat.TURTLE)]


def periods() -> list[Triple]:
    """Three quarters that are open."""
    return in_turtle(
        "".join(
            f'period:{name} a performance:Period ; dcterms:identifier "{name}" ;'
            f' performance:periodStart "{start}"^^xsd:date ;'
            f' performance:periodEnd "{end}"^^xsd:date ;'
            " performance:periodState performance:open ."
            for name, (start, end) in PERIODS.items()
        )
    )


def opaque(person: str, period: str, rater: str) -> str:
    """The last part of the IRI of a form, which tells nobody whose it is; here always the same."""
    digest = sha256(f"{person} {period} {rater}".encode()).digest()
    return "f-" + b32encode(digest).decode()[:26].lower()


def facts_of(person: str, appraisals: Mapping[str, Appraised], more: str = "") -> list[Triple]:
    """The facts about a person: what is known of each period, and statements in Turtle."""
    lines = [f'person:{person} a people:Person ; dcterms:identifier "{person}" . {more}']
    for period, known in appraisals.items():
        of_period = f"performance:forPerson person:{person} ; performance:inPeriod period:{period}"
        day = f'"{PERIODS[period][1]}"^^xsd:date'

        def node(kind: str, name: str, period: str = period) -> str:
            return f"<{iri('person').value}{person}/{kind}/{period}{name}>"

        lines.append(
            f"{node('appraisal', '')} a performance:Appraisal ; {of_period} ;"
            f" performance:underPlan plan:{known.plan} ."
        )
        for kpi, value in known.figures.items():
            lines.append(
                f"{node('measurement', '/' + kpi)} a performance:Measurement ; {of_period} ;"
                f" performance:forKPI kpi:{kpi} ; performance:value {value:f} ;"
                f" performance:measuredOn {day} ."
            )
        for kpi, target in known.goals.items():
            lines.append(
                f"{node('goal', '/' + kpi)} a performance:Goal ; {of_period} ;"
                f" performance:forKPI kpi:{kpi} ; performance:target {target:f} ."
            )
        for form in known.forms:
            about = node("form", "/" + opaque(person, period, form.rater))
            lines.append(
                f"{about} a performance:RatingForm ; {of_period} ; people:source"
                f' source:{form.source} ; performance:rater "{form.rater}" ;'
                f" performance:ratedOn {day} ."
            )
            lines += (
                f"{about[:-1]}/{dimension}> a performance:BehaviourRating ;"
                f" performance:inForm {about} ; core:dimension indicator:{dimension} ;"
                f" performance:grade grade:{grade} ."
                for dimension, grade in form.grades.items()
            )
    return in_turtle("\n".join(lines))


def concluded(
    shared: Iterable[Triple], people: Mapping[str, Iterable[Triple]]
) -> dict[str, list[Triple]]:
    """What follows about each person, from this shared knowledge, the policy and the periods."""
    found = conclude(
        rules(),
        [*shared, *policy(), *periods()],
        {iri("person", name): facts for name, facts in people.items()},
        date(2026, 11, 20),
    )
    return {name: found.people[iri("person", name)] for name in people}


def told(triples: Iterable[Triple], kind: str) -> list[dict[str, str]]:
    """The conclusions of a class, each as its properties by local name."""
    nodes: dict[object, dict[str, str]] = {}
    of_kind = []
    for triple in triples:
        assert isinstance(triple.object, NamedNode | Literal)
        said = nodes.setdefault(triple.subject, {})
        if triple.predicate == A:
            if triple.object.value == _JUDGEMENT + kind:
                of_kind.append(said)
        else:
            name = triple.predicate.value.replace("#", "/").rsplit("/", 1)[-1]
            said[name] = triple.object.value.rsplit("/", 1)[-1]
    return of_kind
