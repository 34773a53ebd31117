"""A small organisation with people who are appraised and a study: every rule concludes something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pyoxigraph import NamedNode, Triple

from kb_service.vocabulary import iri
from tests import appraised_worlds, worlds
from tests.appraised_people import Form, in_turtle
from tests.appraised_worlds import ABILITY, INDICATOR, KPI, AppraisedWorld, Group, Item, Known, Plan
from tests.small_organisation import ORGANISATION
from tests.worlds import Training

AS_OF = ORGANISATION.as_of


def shared_facts() -> list[Triple]:
    """The models and trainings of the organisation, the plan of the appraised, and the study."""
    appraised = appraised_worlds.shared_facts(APPRAISED["yang"])
    clerk = in_turtle("model:clerk a core:PositionModel ; core:forPosition position:clerk .")
    known = [*worlds.shared_facts(ORGANISATION), *appraised, *study_facts(), *clerk]
    return list(dict.fromkeys(known))


def people_facts() -> dict[NamedNode, list[Triple]]:
    """The facts about everybody: those who are appraised and those who are not."""
    appraised = {
        iri("person", name): appraised_worlds.person_facts(world, name)
        for name, world in APPRAISED.items()
    }
    known = {**worlds.people_facts(ORGANISATION), **appraised}
    for name, told in FURTHER.items():
        person = iri("person", name)
        facts = in_turtle(told.replace("PERSON", person.value))
        known[person] = [*known.get(person, ()), *facts]
    return known


FURTHER = {
    "lin": """
        <PERSON/objection/all> a people:Objection ; people:raisedFor <PERSON> ;
          people:raisedOn "2026-07-01"^^xsd:date .
        <PERSON/objection/one> a people:Objection ; people:raisedFor <PERSON> ;
          people:raisedOn "2026-07-02"^^xsd:date ; performance:contestsAppraisalIn period:2026-q1 .
    """,
    "yang": """
        <PERSON/objection/post> a people:Objection ; people:raisedFor <PERSON> ;
          people:raisedOn "2026-07-03"^^xsd:date ; people:contests model:clerk .
    """,
    "old": """
        <PERSON> a people:Person .
        <PERSON/assessment/a> a people:Assessment ; people:ofPerson <PERSON> ;
          people:assessedOn "2012-03-04"^^xsd:date ; people:expiresOn "2013-03-04"^^xsd:date .
    """,
}
"""Lin and Yang object to how they were appraised; of somebody else the assessments are old."""


# Appraisals

KPIS = (
    KPI("solved", True, (Decimal(50), Decimal(80), Decimal(100))),
    KPI("complaints", False, (Decimal(5), Decimal(2), Decimal(1))),
    KPI("quality", True, (Decimal(60), Decimal(80), Decimal(95))),
    KPI("waiting", False, (Decimal(60), Decimal(40), Decimal(20))),
)
PLAN = Plan(
    name="small",
    position="clerk",
    status="published",
    kpi_share=Decimal("0.4"),
    results=(
        Group(
            "results",
            Decimal(1),
            (
                Item("solved", Decimal("0.7")),
                *(Item(kpi.name, Decimal("0.1")) for kpi in KPIS[1:]),
            ),
        ),
    ),
    behaviour=(
        Group(
            "manner",
            Decimal(1),
            (
                Item("d0", Decimal("0.1")),
                Item("d1", Decimal("0.1")),
                Item("d2", Decimal("0.8")),
            ),
        ),
    ),
    raters={"supervisor": Decimal("0.7"), "peer": Decimal("0.3")},
)
"""One KPI and one indicator carry the result, so that the others may be low, high or unknown."""

_LAST_DAYS = {period: end for period, (_, end) in appraised_worlds.PERIODS.items()}


def _known(period: str, grades: str, **figures: str) -> Known:
    """A period with these figures, and two raters who differ in d2 alone."""
    by_supervisor = dict(zip(("d0", "d1", "d2"), grades, strict=False))
    by_peer = {**by_supervisor, "d2": "B"} if "d2" in by_supervisor else by_supervisor
    return Known(
        PLAN,
        {kpi: {_LAST_DAYS[period]: Decimal(value)} for kpi, value in figures.items()},
        {"solved": (None, Decimal(90), None)},
        (Form("r1", "supervisor", by_supervisor), Form("r2", "peer", by_peer)),
    )


def _appraised(known: Mapping[str, Known]) -> AppraisedWorld:
    trainings = (
        Training("patience-course", ABILITY, Decimal(3), Decimal(6)),
        Training("d0-course", INDICATOR, Decimal(1), Decimal(3)),
    )
    return AppraisedWorld(
        kpis=KPIS,
        plans=(PLAN,),
        known=known,
        rating=Decimal(4),
        motivation=Decimal(9),
        is_candidate=True,
        trainings=trainings,
    )


APPRAISED = {
    "yang": _appraised(
        {
            "2025-q4": _known("2025-q4", "CCC", solved="60", complaints="3", quality="70"),
            "2026-q1": _known("2026-q1", "EEA", solved="105", complaints="1.5", quality="70"),
            "2026-q2": _known(
                "2026-q2", "EEA", solved="100", complaints="1.5", quality="70", waiting="70"
            ),
        }
    ),
    "lin": _appraised(
        {
            "2025-q4": _known("2025-q4", "BBA", solved="100", complaints="1", quality="95"),
            "2026-q1": _known("2026-q1", "DDD", solved="60", complaints="3", quality="70"),
            "2026-q2": _known("2026-q2", "D", solved="60"),
        }
    ),
}
"""Yang improves and then holds; Lin declines, and of the last quarter little is known."""


# A study

RATED = {
    "patience": ("4.8", "0.10"),
    "listening": ("4.6", "0.15"),
    "speech": ("4.4", "0.20"),
    "order": ("4.2", "0.22"),
    "speed": ("4.0", "0.30"),
    "dress": ("3.0", "0.20"),
    "charm": ("2.5", "0.50"),
}
"""The mean importance of items and its variation: four to keep, two to revise and one to drop."""


def study_facts() -> list[Triple]:
    """What a panel, interviews, a questionnaire, comparisons and a meeting found, as one study."""
    return in_turtle("\n".join((*_panel(), *_others(), *_meeting())))


def _panel() -> Iterator[str]:
    for item, (mean, variation) in RATED.items():
        yield (
            f"study:small-{item}-in-1 a studies:ItemInRound ; studies:ofStudy study:small ;"
            f" studies:ofItem study:small-{item} ; studies:ofRound study:small-round-1 ;"
            f" studies:meanImportance study:small-{item}-mean ;"
            f" studies:importanceVariation study:small-{item}-coefficient-of-variation ."
        )
        yield _statistic("mean", mean, item)
        yield _statistic("coefficient-of-variation", variation, item)


def _others() -> Iterator[str]:
    yield _statistic("frequency-p", "0.01", "patience")
    yield _statistic("frequency-effect", "0.6", "patience")
    yield _statistic("level-excellent", "4.5", "patience")
    yield _statistic("item-total", "0.5", "patience")
    yield _statistic("item-total", "0.1", "speed")
    yield _statistic("consistency-ratio", "0.2", "speed")


def _meeting() -> Iterator[str]:
    yield _statistic("level-median", "4", "patience")
    yield _statistic("level-quartile-range", "1", "patience")
    yield (
        "study:small-words a studies:StandardProposal ; studies:ofStudy study:small ;"
        " studies:ofItem study:small-patience ; studies:ofGrade grade:A ."
    )
    yield _statistic("approval", "0.9", "patience") + (
        " study:small-patience-approval studies:ofGrade grade:A ."
    )
    yield (
        "study:small-figures a studies:TargetProposal ; studies:ofStudy study:small ;"
        " studies:ofKPI kpi:solved ."
        " study:small-approval-of-figures a studies:Statistic ; studies:ofStudy study:small ;"
        " studies:ofKPI kpi:solved ; studies:statisticKind statistic:approval ;"
        " studies:value 0.8 ."
    )


def _statistic(kind: str, value: str, item: str) -> str:
    return (
        f"study:small-{item}-{kind} a studies:Statistic ; studies:ofStudy study:small ;"
        f" studies:ofItem study:small-{item} ; studies:statisticKind statistic:{kind} ;"
        f" studies:value {Decimal(value):f} ."
    )
