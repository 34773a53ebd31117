"""Studies in the knowledge base: computed and decided on when stored, explained, drafted from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kb_service.access.reaches import reach_of
from kb_service.access.refusals import NotAllowed
from kb_service.access.roles import Caller, Role
from kb_service.access.studies import Studies
from kb_service.access.view import View
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import KnowledgeBase, UnknownThingError
from kb_service.knowledge_base.model_worker import EXCEL
from kb_service.knowledge_base.study_graphs import studies_concluded_again
from kb_service.knowledge_base.study_plans import shares_of
from kb_service.sheets.study_reading import read_study_workbook
from kb_service.vocabulary import A, iri, study_conclusions_graph, study_graph
from tests.conftest import body
from tests.example_studies import TODAY, choices, comparisons, example, panel

PANEL, WEIGHING = "csr-delphi", "csr-ahp"
READERS = {Role.ANALYST, Role.HR, Role.EDITOR, Role.ADMIN}
WRITERS = {Role.EDITOR, Role.ADMIN}


@pytest.fixture(scope="module")
def studies(view: View) -> Iterator[Studies]:
    """The example's panel and comparisons, stored."""
    found = Studies(view)
    for name in (PANEL, WEIGHING):
        found.import_workbook(example(name).read_bytes(), f"{name}.xlsx")
    yield found
    for name in (PANEL, WEIGHING):
        found.remove(name)


@pytest.fixture
def small(knowledge_base: KnowledgeBase) -> Iterator[str]:
    """A panel of three that agrees on patience and is divided over speed."""
    record = panel({"patience": [5, 5, 4], "speed": [1, 5, 1]})
    knowledge_base.studying.put(record)
    yield record.id
    knowledge_base.studying.remove(record.id)


def verdicts(studies: Studies, study: str, round_: str) -> dict[str, str]:
    rows = studies.conclusions(study).decisions()
    return {row["item"]: row["verdict"] for row in rows if row["round"] == round_}


def triples(turtle: bytes) -> list[Triple]:
    return [quad.triple for quad in parse(turtle, format=RdfFormat.TURTLE)]


def objects(facts: Sequence[Triple], predicate: NamedNode) -> list[Any]:
    return [fact.object for fact in facts if fact.predicate == predicate]


# What is stored


def test_a_stored_panel_is_decided_on_item_by_item(view: View, small: str) -> None:
    assert verdicts(Studies(view), small, "1") == {"patience": "keep", "speed": "drop"}


def test_the_example_panel_ends_in_23_indicators(studies: Studies) -> None:
    last = verdicts(studies, PANEL, "2")

    assert sum(verdict == "keep" for verdict in last.values()) == 23
    assert last["polite-phrases"] == "drop"
    assert verdicts(studies, PANEL, "1")["polite-phrases"] == "revise"


def test_a_study_is_replaced_by_one_with_the_same_id(
    knowledge_base: KnowledgeBase, view: View, small: str
) -> None:
    knowledge_base.studying.put(panel({"courtesy": [5, 5, 5]}))

    assert verdicts(Studies(view), small, "1") == {"courtesy": "keep"}


def test_a_removed_study_leaves_no_graph_behind(knowledge_base: KnowledgeBase) -> None:
    record = panel({"patience": [5, 5, 4]})
    knowledge_base.studying.put(record)

    knowledge_base.studying.remove(record.id)

    names = {name.value for name in knowledge_base.store.graph_names()}
    assert not [name for name in names if "/studies/small" in name]
    with pytest.raises(UnknownThingError):
        knowledge_base.studying.record(record.id)


def test_a_study_that_a_shape_refuses_is_not_stored(knowledge_base: KnowledgeBase) -> None:
    record = panel({"patience": [5, 9, 4]})

    with pytest.raises(RefusedInput) as refused:
        knowledge_base.studying.put(record, lambda node: "Ratings!D6" if "E02" in node else "")

    assert "9.0 is not on the scale" in refused.value.findings[0].message["en"].replace(
        "9 ", "9.0 "
    )
    assert refused.value.findings[0].where == "Ratings!D6"
    assert record.id not in knowledge_base.studying.ids()


def test_what_is_concluded_of_studies_is_in_no_shared_conclusion(
    knowledge_base: KnowledgeBase, small: str
) -> None:
    drawn = knowledge_base._keeper.knowledge.premises.conclusions

    kinds = {fact.object for fact in drawn if fact.predicate == A}

    assert iri("studies", "CutResult") not in kinds
    assert iri("studies", "ItemDecision") in objects(
        knowledge_base.store.graph(study_conclusions_graph(small)), A
    )


def test_a_stricter_cut_decides_every_study_anew(knowledge_base: KnowledgeBase, small: str) -> None:
    keeper = knowledge_base._keeper
    old = keeper.knowledge
    cut, value = iri("policy", "importance-mean-minimum"), iri("judgement", "value")
    gone = [t for t in old.premises.facts if t.subject == cut and t.predicate == value]
    stricter = Triple(cut, value, Literal("4.9", datatype=iri("xsd", "decimal")))
    new = replace(old, premises=old.premises.changed(gone, [stricter]))

    again = dict(
        studies_concluded_again(keeper.store, knowledge_base.deriver, old, new, datetime.now(UTC))
    )

    decided = again[study_conclusions_graph(small)]
    assert iri("study-decision", "keep") not in objects(decided, iri("studies", "itemVerdict"))
    assert not dict(
        studies_concluded_again(keeper.store, knowledge_base.deriver, old, old, datetime.now(UTC))
    )


# Why


def test_a_dropped_item_explains_itself_down_to_statistic_and_cut(
    client: FlaskClient, small: str
) -> None:
    tree = body(client.get(f"/api/v1/studies/{small}/items/speed/explanation"))

    assert tree["rule"]["name"] == "item-dropped"
    rules = {below["rule"]["name"] for below in tree["conclusions"]}
    assert rules == {"cut-missed-at-least", "cut-missed-below"}
    facts = [fact for below in tree["conclusions"] for fact in below["facts"]]
    values = {fact["value"] for fact in facts if fact["predicate"].endswith("value")}
    assert {3.5, 0.25} <= values
    cuts = [fact for fact in facts if "importance-mean-minimum" in fact["subject"]]
    assert {fact["evidence"] for fact in cuts} == {"assumed"}


def test_provenance_leads_from_a_decision_to_what_the_panel_said(
    client: FlaskClient, small: str
) -> None:
    answer = client.get(
        f"/api/v1/studies/{small}/items/patience/explanation", headers={"Accept": "text/turtle"}
    )

    derived = objects(triples(answer.data), iri("prov", "wasDerivedFrom"))

    assert (
        iri(
            "study", f"{small}/statistic/mean/round/1/item/patience/against/importance-mean-minimum"
        )
        in derived
    )


def test_a_tier_is_explained_by_the_rank_among_what_is_kept(studies: Studies) -> None:
    decision = studies.conclusion_on(PANEL, "integrity")

    explained = studies.explain(NamedNode(f"{decision.value}/rank/tier"))

    assert explained.rule.name.startswith("tier-suggested-")
    assert [below.rule.name for below in explained.conclusions] == ["importance-rank"]


def test_an_item_without_a_decision_is_not_found(studies: Studies) -> None:
    with pytest.raises(UnknownThingError):
        studies.conclusion_on(PANEL, "juggling")


# Drafts


def test_a_draft_model_asks_for_what_the_panel_kept_and_conforms(
    studies: Studies, view: View
) -> None:
    draft = studies.draft(PANEL, {"weighing": WEIGHING})

    checked = view.check_document(draft.turtle, "text/turtle", "draft.ttl")
    assert checked.conforms, checked.findings
    facts = triples(draft.turtle)
    asked = [t for t in facts if t.predicate == A and t.object == iri("core", "Requirement")]
    assert len(asked) == 23
    assert iri("status", "draft") in objects(facts, iri("core", "status"))
    weights = [Decimal(t.value) for t in objects(facts, iri("core", "weight"))]
    assert sum(weights) == pytest.approx(100, abs=Decimal("0.2"))


def test_every_requirement_of_a_draft_cites_study_round_panel_and_statistic(
    studies: Studies,
) -> None:
    facts = triples(studies.draft(PANEL, {"weighing": WEIGHING}).turtle)
    asked = {t.subject for t in facts if t.object == iri("core", "Requirement")}
    sources = {
        t.object for t in facts if t.subject in asked and t.predicate == iri("dcterms", "source")
    }

    said = [
        t.object.value
        for t in facts
        if t.subject in sources
        and t.predicate == iri("skos", "prefLabel")
        and isinstance(t.object, Literal)
        and t.object.language == "en"
    ]

    assert len(sources) == len(said) == 23
    for each in said:
        assert "(fictional), round 2, 18 experts: mean importance" in each
        assert "global weight" in each
    derived = {t.subject for t in facts if t.predicate == iri("prov", "wasDerivedFrom")}
    assert sources == derived


def test_a_draft_by_a_fictional_study_is_assumed_and_not_stated(studies: Studies) -> None:
    facts = triples(studies.draft(PANEL, {}).turtle)
    asked = {t.subject for t in facts if t.object == iri("core", "Requirement")}

    evidence = {
        t.object for t in facts if t.subject in asked and t.predicate == iri("core", "evidence")
    }

    assert evidence == {iri("evidence", "assumed")}


def test_a_draft_plan_has_three_groups_and_23_indicators_and_conforms(
    studies: Studies, view: View
) -> None:
    draft = studies.draft(PANEL, {"weighing": WEIGHING}, plan=True)

    assert view.check_document(draft.turtle, "text/turtle", "plan.ttl").conforms
    kinds = objects(triples(draft.turtle), A)
    assert kinds.count(iri("performance", "BehaviourGroup")) == 3
    assert kinds.count(iri("performance", "BehaviourItem")) == 23


def test_a_draft_by_a_study_of_another_kind_says_which_it_takes(studies: Studies) -> None:
    with pytest.raises(RefusedInput, match="takes one of the kind delphi"):
        studies.draft(WEIGHING, {})


def test_a_draft_by_a_panel_without_dimensions_says_what_to_fill_in(view: View, small: str) -> None:
    with pytest.raises(RefusedInput, match="fill in the column Dimension"):
        Studies(view).draft(small, {})


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=30))
def test_shares_are_thousandths_that_sum_to_one(weights: list[int]) -> None:
    given = {str(n): Decimal(weight) for n, weight in enumerate(weights)}

    shares = shares_of(given)

    assert sum(shares.values()) == 1
    for name, weight in given.items():
        assert abs(shares[name] - weight / sum(given.values())) < Decimal("0.001")


# Who may


@pytest.mark.parametrize("role", Role)
def test_studies_are_read_and_written_by_the_roles_that_may(
    view: View, knowledge_base: KnowledgeBase, small: str, role: Role
) -> None:
    caller = Caller("somebody", role, person="ana", team="north")
    seen = Studies(View(knowledge_base, view.register, caller))
    reach = reach_of(caller, knowledge_base.store, view.register)

    assert _allowed(lambda: seen.told(small)) == (role in READERS)
    assert _allowed(lambda: seen.remove("nothing")) == (role in WRITERS)
    assert (reach.everything or study_graph(small) in reach.graphs) == (role in READERS)


def _allowed(act: Any) -> bool:
    try:
        act()
    except NotAllowed:
        return False
    except UnknownThingError:
        return True
    return True


def test_the_graph_of_a_study_is_only_written_by_import(client: FlaskClient, small: str) -> None:
    answer = client.put(
        f"/data?graph={study_graph(small).value}",
        data="<https://example.org/a> a <https://example.org/b> .",
        content_type="text/turtle",
    )

    assert answer.status_code == 403
    assert "POST /api/v1/studies" in body(answer)["detail"]


def test_a_workbook_is_imported_over_the_api_and_given_back(client: FlaskClient) -> None:
    data = example("csr-fuzzy").read_bytes()

    made = client.post("/api/v1/studies", data=data, content_type=EXCEL)
    again = client.post("/api/v1/studies", data=data, content_type=EXCEL)
    back = client.get("/api/v1/studies/csr-fuzzy", headers={"Accept": EXCEL})
    gone = client.delete("/api/v1/studies/csr-fuzzy")

    assert (made.status_code, again.status_code, gone.status_code) == (201, 200, 204)
    assert made.headers["Location"].endswith("/api/v1/studies/csr-fuzzy")
    given, kept = (
        read_study_workbook(each, "x.xlsx", choices(), TODAY) for each in (data, back.data)
    )
    assert kept.record.rows("items") == given.record.rows("items")
    assert len(kept.record.rows("votes")) == len(given.record.rows("votes"))
    assert client.get("/api/v1/studies/csr-fuzzy").status_code == 404


def test_statistics_can_be_narrowed_to_a_round_and_an_item(
    client: FlaskClient, studies: Studies
) -> None:
    rows = body(client.get(f"/api/v1/studies/{PANEL}/statistics?round=2&item=integrity&kind=mean"))[
        "rows"
    ]

    (row,) = rows
    assert row["count"] == 18
    assert row["kindLabel"]["en"] == "Mean"
    assert row["cuts"] == [
        {
            "cut": "importance-mean-minimum",
            "cutLabel": {
                "zh": "保留项目所需的最低重要性均值",
                "en": "Mean importance below which an item is not kept",
            },
            "met": True,
        }
    ]


def test_an_inconsistent_expert_misses_the_cut_and_the_group_meets_it(studies: Studies) -> None:
    rows = [
        row
        for row in studies.conclusions(WEIGHING).statistics()
        if row["kind"] == "consistency-ratio" and row["item"] == "skill"
    ]

    met = {" ".join(row["participants"]): row["cuts"][0]["met"] for row in rows}

    assert met[""] and not met["E01"]
    assert all(value for expert, value in met.items() if expert != "E01")


def test_comparisons_across_levels_are_refused(knowledge_base: KnowledgeBase) -> None:
    record = comparisons({("a", "b"): "3"}, ("a", "b"))
    nested = [{**record.rows("items")[0]}, {**record.rows("items")[1], "within": "a"}]

    with pytest.raises(RefusedInput, match="within the same one"):
        knowledge_base.studying.put(replace(record, tables={**record.tables, "items": nested}))


def test_a_policy_without_a_needed_number_is_refused_and_names_it(
    knowledge_base: KnowledgeBase, small: str
) -> None:
    keeper = knowledge_base._keeper
    old = keeper.knowledge
    way = iri("policy", "concordance-without")
    gone = [t for t in old.premises.facts if t.subject == way]
    new = replace(old, premises=old.premises.changed(gone, []))

    with pytest.raises(RefusedInput, match="The policy has no policy:concordance-without"):
        dict(
            studies_concluded_again(
                keeper.store, knowledge_base.deriver, old, new, datetime.now(UTC)
            )
        )
