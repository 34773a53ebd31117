"""What the two sources say, as the frameworks, the KPIs and the first position model have it."""

from __future__ import annotations

import pytest

from tests.shared_knowledge import column, rows

FIELDS = {
    "execution": ("things concrete", "administrative operational technical"),
    "research": ("things abstract", "planning inventive artistic"),
    "relationship": ("people concrete", "humanistic service social"),
    "pioneering": ("people abstract", "influencing pioneering controlling"),
}
TYPES = {
    "administrative": "time-management standard-setting rule-compliance attention-to-detail",
    "operational": "patience dependability hands-on-execution stress-tolerance",
    "technical": "problem-solving adaptability information-gathering continuous-improvement",
    "planning": "logical-analysis systems-thinking strategic-planning risk-foresight",
    "inventive": "distinct-perspective innovation in-depth-inquiry abstract-reasoning",
    "artistic": "imagination aesthetic-sense emotional-expression perfectionism",
    "humanistic": "people-centredness empathy value-guidance cultural-awareness",
    "service": "service-orientation affinity conflict-resolution active-listening",
    "social": "relationship-building teamwork interpersonal-insight networking",
    "influencing": "verbal-expression persuasion inspiring negotiation",
    "pioneering": "initiative market-insight risk-taking resource-integration",
    "controlling": "decision-making organising-and-coordinating monitoring-and-control "
    "developing-others",
}
STATED = {
    "type": "administrative operational technical service influencing",
    "ability": "time-management standard-setting patience dependability problem-solving "
    "adaptability information-gathering continuous-improvement service-orientation affinity "
    "conflict-resolution verbal-expression",
    "motivation": "work affection honour",
}
CORROBORATED = {
    "field": "execution research relationship pioneering",
    "type": "planning inventive artistic humanistic social pioneering controlling",
    "ability": "rule-compliance distinct-perspective people-centredness",
}
MOTIVATIONS = "work affection honour reward security growth power autonomy balance contribution"
KPIS = {
    "first-contact-resolution": ("%", "higher", 70, 85, 90),
    "customer-satisfaction": ("%", "higher", 90, 95, 99),
    "average-handling-time": ("s", "lower", 360, 300, 240),
    "service-level": ("%", "higher", 85, 95, 98),
    "average-speed-of-answer": ("s", "lower", 60, 30, 15),
    "complaint-rate": ("%", "lower", 5, 1, 0.5),
    "service-standard-compliance": ("%", "higher", 90, 98, 100),
    "solution-accuracy": ("%", "higher", 85, 95, 99),
    "business-error-rate": ("%", "lower", 1, 0.5, 0.1),
    "ticket-timeliness": ("%", "higher", 95, 98, 100),
    "knowledge-base-use": ("%", "higher", 60, 70, 80),
    "call-monitoring-score": ("points", "higher", 80, 90, 95),
    "escalation-rate": ("%", "lower", 8, 5, 2),
}
DUTIES = (
    "handle-enquiries-and-complaints analyse-customer-needs solve-problems "
    "collaborate-and-improve-process one-stop-service"
)
SPECIALIST = {
    ("type", "main"): "service technical operational",
    ("type", "auxiliary"): "administrative influencing",
    ("ability", "main"): "time-management standard-setting patience dependability",
    ("ability", "auxiliary"): "problem-solving adaptability information-gathering "
    "continuous-improvement",
    ("ability", "secondary"): "service-orientation affinity conflict-resolution verbal-expression",
    ("motivation", "first"): "work",
    ("motivation", "second"): "affection",
    ("motivation", "third"): "honour",
}


def named(kind: str, names: str) -> set[str]:
    return {f"{kind}:{name}" for name in names.split()}


def test_the_four_fields_lie_on_two_axes_and_hold_three_types_each() -> None:
    poles = rows("SELECT ?field ?pole { ?field a core:CareerField ; core:axisPole ?pole }")
    types = rows("SELECT ?type ?field { ?type a core:CareerType ; core:careerField ?field }")

    assert sorted(poles) == sorted(
        (f"field:{field}", f"axis:{pole}") for field in FIELDS for pole in FIELDS[field][0].split()
    )
    assert sorted(types) == sorted(
        (f"type:{name}", f"field:{field}") for field in FIELDS for name in FIELDS[field][1].split()
    )


def test_the_twelve_types_are_numbered_and_hold_four_abilities_each() -> None:
    codes = rows("SELECT ?type ?code { ?type a core:CareerType ; core:code ?code }")
    abilities = rows("SELECT ?ability ?type { ?ability a core:Ability ; core:careerType ?type }")

    assert sorted(codes) == sorted((f"type:{t}", f"T{n}") for n, t in enumerate(TYPES, start=1))
    assert sorted(abilities) == sorted(
        (f"ability:{name}", f"type:{kind}") for kind in TYPES for name in TYPES[kind].split()
    )
    assert len(abilities) == 48


def test_the_ten_motivations_are_served_by_one_incentive_each() -> None:
    served = rows("SELECT ?motivation ?incentive { ?motivation core:servedBy ?incentive }")

    assert sorted(served) == sorted(
        (f"motivation:{name}", f"incentive:{name}") for name in MOTIVATIONS.split()
    )
    assert set(column("SELECT ?m { ?m a core:Motivation }")) == named("motivation", MOTIVATIONS)


@pytest.mark.parametrize(
    ("evidence", "names"), [("stated", STATED), ("corroborated", CORROBORATED)]
)
def test_t12_names_rest_on_what_the_facts_say(evidence: str, names: dict[str, str]) -> None:
    resting = column(
        f"""SELECT ?term {{
              VALUES ?class {{ core:CareerField core:CareerType core:Ability core:Motivation }}
              ?term a ?class ; core:evidence evidence:{evidence}
            }}"""
    )

    assert set(resting) == {name for kind in names for name in named(kind, names[kind])}


def test_where_fields_and_types_lie_is_marked_as_our_inference() -> None:
    inferred = column("SELECT ?term { ?term core:placementEvidence evidence:assumed }")

    assert set(inferred) == named("field", " ".join(FIELDS)) | named("type", " ".join(TYPES))


def test_the_grid_framework_has_three_categories_and_twenty_three_indicators() -> None:
    sizes = rows(
        """SELECT ?category (COUNT(?indicator) AS ?size) {
             ?indicator a core:Indicator ; core:category ?category
           } GROUP BY ?category"""
    )

    assert sorted(sizes) == [
        ("category:knowledge", "6"),
        ("category:skill", "9"),
        ("category:trait", "8"),
    ]


def test_the_thirteen_kpis_have_the_figures_of_the_facts() -> None:
    found = rows(
        """SELECT ?kpi ?unit ?direction ?threshold ?target ?stretch {
             ?kpi a performance:KPI ; performance:unit ?unit ; performance:direction ?direction ;
               performance:threshold ?threshold ; performance:target ?target ;
               performance:stretch ?stretch ; performance:thresholdEvidence ?first ;
               performance:targetEvidence ?second ; performance:stretchEvidence ?third .
           }"""
    )

    assert {
        kpi: (unit, direction, *map(float, figures)) for kpi, unit, direction, *figures in found
    } == {
        f"kpi:{name}": (unit, f"performance:{direction}-is-better", *map(float, figures))
        for name, (unit, direction, *figures) in KPIS.items()
    }


def test_the_five_grades_count_from_one_to_five() -> None:
    assert sorted(rows("SELECT ?g ?v { ?g a performance:Grade ; performance:value ?v }")) == [
        ("grade:A", "5"),
        ("grade:B", "4"),
        ("grade:C", "3"),
        ("grade:D", "2"),
        ("grade:E", "1"),
    ]


def test_the_customer_service_specialist_is_exactly_as_the_source_has_it() -> None:
    duties = column(
        """SELECT ?duty {
             position:customer-service-specialist core:hasDuty ?duty . ?duty core:rank ?rank
           } ORDER BY ?rank"""
    )
    asked = rows(
        """SELECT ?dimension ?tier {
             model:customer-service-specialist core:requires ?requirement .
             ?requirement core:dimension ?dimension ; core:tier ?tier ;
               core:evidence evidence:stated ; core:rationale ?zh, ?en .
             FILTER (LANG(?zh) = "zh" && LANG(?en) = "en")
           }"""
    )
    numbers = column(
        """SELECT ?number {
             model:customer-service-specialist core:requires ?requirement .
             VALUES ?property { core:requiredLevel core:weight core:minimumLevel }
             ?requirement ?property ?number
           }"""
    )

    assert duties == [f"duty:{duty}" for duty in DUTIES.split()]
    assert sorted(asked) == sorted(
        (name, f"tier:{tier}")
        for (kind, tier), names in SPECIALIST.items()
        for name in named(kind, names)
    )
    assert numbers == []
