"""People are appraised by the plans that ship, and every result explains itself to the ratings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from kb_service.engine.conclude import kept, relevant, workspace
from kb_service.engine.explain import Explainer
from kb_service.engine.premises import Premises
from kb_service.knowledge_files import knowledge_root
from kb_service.questions import questions
from kb_service.validation.checker import Checker
from kb_service.validation.shapes import own_shapes
from kb_service.vocabulary import A, iri, local_id
from tests import example_organisation
from tests.appraised_people import (
    Appraised,
    Form,
    concluded,
    facts_of,
    in_turtle,
    periods,
    told,
)
from tests.rule_cases import rules

REPRESENTATIVE = "customer-service-representative"
AT_TARGET = {
    "customer-satisfaction": Decimal("95.0"),
    "first-contact-resolution": Decimal("85.0"),
    "complaint-rate": Decimal("1.0"),
    "average-handling-time": Decimal("300.0"),
    "service-standard-compliance": Decimal("98.0"),
    "solution-accuracy": Decimal("95.0"),
    "call-monitoring-score": Decimal("90.0"),
    "business-error-rate": Decimal("0.5"),
    "ticket-timeliness": Decimal("98.0"),
}
IN_TEAM = "person:{} org:memberOf team:one ."
TEAM = 'team:one a people:Team ; skos:prefLabel "一组"@zh, "One"@en ; dcterms:identifier "one" .'


def members(kind: NamedNode) -> list[str]:
    """The ids of all that ships of a class."""
    return sorted(
        local_id(triple.subject)
        for triple in example_organisation.shared()
        if triple.predicate == A and triple.object == kind and isinstance(triple.subject, NamedNode)
    )


def indicators() -> list[str]:
    """The 23 indicators of the grid."""
    return members(iri("core", "Indicator"))


def forms(**other: str) -> tuple[Form, ...]:
    """A supervisor and a peer who give B to everything but what is named."""
    grades = dict.fromkeys(indicators(), "B")
    grades |= {name.replace("_", "-"): grade for name, grade in other.items()}
    return Form("r1", "supervisor", grades), Form("r2", "peer", grades)


GOOD = Appraised(REPRESENTATIVE, AT_TARGET, forms())
WORSE_AT_LISTENING = Appraised(
    REPRESENTATIVE,
    AT_TARGET | {"customer-satisfaction": Decimal("97.0")},
    forms(listening_skill="D"),
)
WANG = facts_of("wang", {"q1": GOOD, "q2": WORSE_AT_LISTENING}, IN_TEAM.format("wang"))
LITTLE_KNOWN = facts_of("li", {"q2": Appraised(REPRESENTATIVE, AT_TARGET)}, IN_TEAM.format("li"))


@cache
def of_wang() -> list[Triple]:
    return concluded(example_organisation.shared(), {"wang": WANG})["wang"]


def of_period(conclusions: Iterable[Triple], kind: str, period: str) -> list[dict[str, str]]:
    return [each for each in told(conclusions, kind) if each["onAppraisal"] == period]


def test_the_total_follows_from_results_and_behaviour_by_their_weights() -> None:
    groups = {
        each["onGroup"].removeprefix(REPRESENTATIVE + "."): each["score"]
        for each in of_period(of_wang(), "GroupScore", "q2")
    }
    [result] = of_period(of_wang(), "PerformanceResult", "q2")

    assert groups == {"kpi": "102", "knowledge": "100", "skill": "94", "trait": "100"}
    assert (result["score"], result["resultGrade"]) == ("99.2", "B")


def test_a_low_indicator_leads_to_the_ability_and_to_training_that_begins_there() -> None:
    [need] = told(of_wang(), "DevelopmentNeed")
    trainings = {each["training"] for each in told(of_wang(), "DevelopmentTraining")}

    assert (need["forDimension"], need["toDevelop"]) == ("listening-skill", "active-listening")
    assert trainings
    assert trainings <= {
        local_id(t.subject)
        for t in example_organisation.shared()
        if t.object == iri("indicator", "listening-skill") and isinstance(t.subject, NamedNode)
    }


def test_results_of_two_periods_make_a_trend() -> None:
    [trend] = told(of_wang(), "Trend")
    [latest] = told(of_wang(), "LatestResult")

    assert (trend["onPeriod"], trend["trend"], trend["change"]) == ("q2", "steady", "-0.8")
    assert latest["onPeriod"] == "q2"


def test_a_person_of_whom_only_results_are_known_gets_no_grade() -> None:
    found = concluded(example_organisation.shared(), {"li": LITTLE_KNOWN})["li"]

    [result] = told(found, "PerformanceResult")
    [coverage] = told(found, "PerformanceCoverage")

    assert (result["sufficientEvidence"], result.get("resultGrade")) == ("false", None)
    assert (coverage["coveredWeight"], coverage["plannedWeight"]) == ("0.4", "1")
    assert len(told(found, "ItemUnknown")) == 23


def test_a_goal_of_the_person_overrides_the_target() -> None:
    goal = {"complaint-rate": Decimal("0.8")}
    facts = facts_of("wang", {"q1": Appraised(REPRESENTATIVE, AT_TARGET, goals=goal)})

    found = concluded(example_organisation.shared(), {"wang": facts})["wang"]

    missed = [each["forItem"] for each in told(found, "GoalMissed")]
    [score] = [e["score"] for e in told(found, "KPIScore") if "complaint" in e["forItem"]]
    assert missed == [REPRESENTATIVE + ".complaint-rate"]
    assert score == "98.1"


def test_people_are_appraised_the_same_alone_and_in_company() -> None:
    alone = {
        "wang": of_wang(),
        "li": concluded(example_organisation.shared(), {"li": LITTLE_KNOWN})["li"],
    }

    together = concluded(example_organisation.shared(), {"wang": WANG, "li": LITTLE_KNOWN})

    assert {name: set(found) for name, found in together.items()} == {
        name: set(found) for name, found in alone.items()
    }


@cache
def explainer() -> Explainer:
    premises = Premises.of(rules(), [*example_organisation.shared(), *periods()])
    known = (*premises.facts, *premises.conclusions)
    both = rules().shared + rules().people
    base = relevant(both, known, frozenset({iri("judgement", "concludedBy").value}))
    facts = {iri("person", "wang"): WANG}
    return Explainer(workspace(rules(), base, facts, date(2026, 11, 20), []), rules())


@pytest.mark.parametrize("conclusion", ["graded-result", "trend-steady"])
def test_a_result_explains_itself_down_to_figures_ratings_and_policy(conclusion: str) -> None:
    told = explainer().explain(iri("person", f"wang/appraisal/q2/{conclusion}"))

    read = {fact.triple.predicate for node in told.nodes() for fact in node.facts}

    assert {
        iri("performance", "value"),
        iri("performance", "grade"),
        iri("performance", "weight"),
        iri("performance", "kpiShare"),
        iri("judgement", "value"),
    } <= read


def fit_to_lead() -> str:
    """Ratings of 9 in all that is asked of a team leader."""
    asked_for = {
        triple.object
        for triple in example_organisation.shared()
        if triple.predicate == iri("core", "dimension")
        and isinstance(triple.subject, NamedNode)
        and local_id(triple.subject).startswith("team-leader.")
    }
    base = iri("person", "qian/assessment/a1")
    ratings = "".join(
        f"<{base.value}/{place}> a people:Rating ; people:inAssessment {base} ;"
        f" core:dimension {dimension} ; people:value 9.0 ."
        for place, dimension in enumerate(sorted(asked_for, key=str))
    )
    return (
        f"person:qian people:candidateFor position:team-leader ; org:memberOf team:two ."
        f' team:two dcterms:identifier "two" .'
        f" {base} a people:Assessment ; people:ofPerson person:qian ; people:source source:test ;"
        f' people:assessedOn "2026-06-01"^^xsd:date . {ratings}'
    )


def excellent() -> list[Triple]:
    """Qian excels at everything and could lead."""
    alike = tuple(Form(rater, "peer", dict.fromkeys(indicators(), "A")) for rater in ("r3", "r4"))
    return facts_of("qian", {"q1": Appraised(REPRESENTATIVE, AT_TARGET, alike)}, fit_to_lead())


def of_two_minds() -> list[Triple]:
    """Of Zhao a supervisor says B throughout and a peer E."""
    unlike = forms()[0], Form("r9", "peer", dict.fromkeys(indicators(), "E"))
    return facts_of("zhao", {"q3": Appraised(REPRESENTATIVE, forms=unlike)})


@cache
def everything() -> Store:
    """What is known of four people, and all that follows."""
    people = {"wang": WANG, "li": LITTLE_KNOWN, "qian": excellent(), "zhao": of_two_minds()}
    shared = [*example_organisation.shared(), *periods(), *in_turtle(TEAM)]
    found = concluded(example_organisation.shared(), people)
    store = Store()
    for triples in (
        shared,
        Premises.of(rules(), shared).conclusions,
        *people.values(),
        *found.values(),
    ):
        store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return store


def asked(name: str, **things: str) -> list[dict[str, str]]:
    """The answer to a question, one value for each column that has one."""
    question = questions()[name]
    query = question.bound({word: iri(kind, things[word]) for word, kind in question.takes.items()})
    found = everything().query(query)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    rows = ({name: row[name] for name in names} for row in found)
    return [
        {name: term.value for name, term in row.items() if isinstance(term, Literal | NamedNode)}
        for row in rows
    ]


def test_a_person_sees_the_result_of_a_period() -> None:
    [row] = asked("performance-of-person", person="wang", period="q2")

    assert (row["total"], row["grade"], row["sufficient"]) == ("99.2", "B", "true")
    assert (row["plan"], row["rule"]) == (REPRESENTATIVE, "graded-result")
    assert (row["trend"], row["trend_zh"], row["change"]) == ("steady", "平稳", "-0.8")


def test_a_person_sees_that_the_evidence_is_insufficient() -> None:
    [row] = asked("performance-of-person", person="li", period="q2")

    assert (row["sufficient"], row.get("grade"), row["covered_weight"]) == ("false", None, "0.4")


def test_a_person_sees_every_item_with_its_score_or_as_unknown() -> None:
    of_wang = {
        row["about"]: row for row in asked("items-of-performance", person="wang", period="q2")
    }
    of_li = asked("items-of-performance", person="li", period="q2")

    satisfied = of_wang["customer-satisfaction"]
    assert (satisfied["measured"], satisfied["score"], satisfied["goal"]) == ("97", "110", "met")
    assert (satisfied["grade"], satisfied["grade_en"]) == ("A", "Beyond the target range")
    assert (of_wang["listening-skill"]["score"], of_wang["listening-skill"]["raters"]) == (
        "60",
        "2",
    )
    assert len(of_wang) == len(of_li) == 32
    assert [row["state"] for row in of_li].count("unknown") == 23


def test_a_person_sees_the_first_level_indicators() -> None:
    rows = asked("groups-of-performance", person="wang", period="q2")

    assert {row["group_en"]: (row["weight"], row["score"], row["grade"]) for row in rows} == {
        "Key performance indicators": ("0.4", "102", "B"),
        "Knowledge": ("0.15", "100", "B"),
        "Skill": ("0.27", "94", "B"),
        "Trait": ("0.18", "100", "B"),
    }


def test_a_person_sees_what_each_kind_of_rater_said() -> None:
    rows = asked("ratings-of-performance", person="wang", period="q2")

    assert [
        (row["source"], row["grade"], row["ratings"])
        for row in rows
        if row["dimension"] == "listening-skill"
    ] == [("peer", "D", "1"), ("supervisor", "D", "1")]


def test_a_person_sees_what_to_develop_and_by_what() -> None:
    rows = asked("development-of-person", person="wang", period="q2")

    assert {(row["indicator"], row["develops"], row["score"]) for row in rows} == {
        ("listening-skill", "active-listening", "60")
    }
    assert all(row["training"] for row in rows)


def test_a_person_sees_periods_in_order() -> None:
    rows = asked("performance-history", person="wang")

    assert [(row["period"], row["total"], row["grade"]) for row in rows] == [
        ("q1", "100", "B"),
        ("q2", "99.2", "B"),
    ]


def test_a_team_shows_everybody_appraised() -> None:
    rows = asked("performance-of-team", team="one", period="q2")

    assert [(row["person"], row["total"], row.get("grade")) for row in rows] == [
        ("li", "100", None),
        ("wang", "99.2", "B"),
    ]


def test_calibration_counts_grades_by_team() -> None:
    assert [
        (row["team"], row["grade"], row["people"], row["appraised"])
        for row in asked("calibration-of-teams", period="q2")
    ] == [("one", "B", "1", "1")]


@pytest.mark.parametrize("plan", members(iri("performance", "PerformancePlan")))
def test_a_plan_that_ships_has_weights_that_make_one(plan: str) -> None:
    rows = asked("items-of-plan", plan=plan)
    raters = asked("raters-of-plan", plan=plan)

    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    by_kind = {"kpi": Decimal(0), "behaviour": Decimal(0)}
    for name, items in groups.items():
        assert sum(Decimal(item["item_weight"]) for item in items) == 1, name
        by_kind["kpi" if "unit" in items[0] else "behaviour"] += Decimal(items[0]["group_weight"])
    assert by_kind == {"kpi": 1, "behaviour": 1}
    assert sum(Decimal(rater["weight"]) for rater in raters) == 1


def test_every_position_that_ships_has_a_plan() -> None:
    planned = {row["position"]: row for row in asked("performance-plans")}

    assert sorted(planned) == members(iri("core", "Position"))
    shares = planned[REPRESENTATIVE]
    assert (shares["kpi_share"], shares["behaviour_share"]) == ("0.4", "0.6")
    assert shares["share_evidence"] == "corroborated"


def test_the_representative_is_rated_in_the_23_indicators_of_the_grid() -> None:
    rows = asked("items-of-plan", plan=REPRESENTATIVE)

    assert {row["about"] for row in rows if "unit" not in row} == set(indicators())
    assert len(indicators()) == 23


def test_a_rater_far_from_the_rest_stands_out() -> None:
    rows = asked("calibration-of-raters", period="q3")

    assert [(row["rater"], row["deviation"], row["leaning"]) for row in rows] == [
        ("r9", "-60", "stricter"),
        ("r1", "60", "milder"),
    ]


def test_who_excels_and_fits_the_next_position_is_ready_now() -> None:
    [row] = asked("nine-box-of-team", team="two")

    assert (row["person"], row["period"], row["model"]) == ("qian", "q1", "team-leader")
    assert (row["box"], row["performance"], row["potential"]) == ("ready-now", "high", "high")
    assert (row["grade"], row["fit"]) == ("A", "100")


def test_who_excels_is_told_the_strengths_and_rewarded_by_what_moves_them() -> None:
    strengths = asked("strengths-of-person", person="qian", period="q1")
    rewards = asked("rewards-of-person", person="qian")

    assert [row["score"] for row in strengths] == ["120"] * 23
    assert {row["motivation"] for row in rewards} == {"growth", "honour", "power"}
    assert all(row["incentive"] for row in rewards)


def test_periods_are_told_with_their_days_and_whether_they_are_open() -> None:
    rows = asked("periods")

    assert [(row["id"], row["end"], row["state"]) for row in rows] == [
        ("q3", "2026-09-30", "open"),
        ("q2", "2026-06-30", "open"),
        ("q1", "2026-03-31", "open"),
    ]


def test_the_example_in_the_manual_is_accepted_and_scored() -> None:
    manual = (knowledge_root() / "docs" / "performance-management.md").read_text(encoding="utf-8")
    text = manual.partition("```turtle")[2].partition("```")[0]
    facts = [
        *in_turtle(text),
        *in_turtle('person:p001 a people:Person ; dcterms:identifier "p001" .'),
    ]
    context = {iri("policy"): list(example_organisation.shared())}
    wrong = Checker(own_shapes(), context).check(facts, date(2026, 11, 20))

    found = concluded(example_organisation.shared(), {"p001": facts})["p001"]

    assert [each.message["en"] for each in wrong] == []
    assert [each["score"] for each in told(found, "KPIScore")] == ["99"]


def test_what_is_stored_of_an_appraisal_is_what_is_asked_across_people() -> None:
    shared = example_organisation.shared()
    stored = kept(shared)(everything())

    kinds = {
        triple.object.value.partition("#")[2]
        for _, triple in stored
        if triple.predicate == A and isinstance(triple.object, NamedNode)
    }

    assert {"PerformanceResult", "PerformanceTotal", "Trend", "RaterDeviation"} <= kinds
    assert not kinds & {"IndicatorScore", "KPIScore", "KPIStanding", "GroupScore", "ItemUnknown"}
