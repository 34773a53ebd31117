"""A position model from draft to retirement: who may do what when, and what it does to people."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal

from kb_service.access.erasure import erase
from kb_service.access.model_lives import ModelLives
from kb_service.access.opening import register_of
from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.view import View
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import KnowledgeBase, UnknownThingError
from kb_service.knowledge_base.model_versions.records import ModelVersion, StepTaken
from kb_service.knowledge_base.model_versions.steps import LifeCycle
from kb_service.knowledge_files import knowledge_root, read_turtle
from kb_service.people_records import Introduction
from kb_service.vocabulary import MODEL_VERSIONS_GRAPH, iri
from tests.published_models import Nights, handed_in, published
from tests.team_of_agents import team_of_agents

NIGHT_VISION = """
@prefix core: <https://w3id.org/rengang/ontology/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix evidence: <https://w3id.org/rengang/evidence/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<https://example.org/senses> a owl:Ontology .
<https://w3id.org/rengang/ability/night-vision> a core:Ability ;
  core:careerType <https://w3id.org/rengang/career-type/service> ;
  core:framework <https://w3id.org/rengang/framework/t12> ;
  core:part <https://w3id.org/rengang/part/ability> ;
  core:scale <https://w3id.org/rengang/scale/sten> ; core:evidence evidence:assumed ;
  dcterms:identifier "night-vision" ; skos:prefLabel "夜视"@zh, "Night vision"@en ;
  skos:definition "在暗处看清东西。"@zh, "To see in the dark."@en .
"""
ANN, BOB = Caller("ann", Role.EDITOR), Caller("bob", Role.EDITOR)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the team of agents, to be copied."""
    folder = tmp_path_factory.mktemp("lives") / "data"
    with team_of_agents(folder):
        return folder


@pytest.fixture
def base(team: Path, tmp_path: Path) -> Iterator[View]:
    """The team, in a folder of this test's own; so what a reasoner said of one model holds again."""
    shutil.copytree(team, tmp_path / "data")
    knowledge_base = KnowledgeBase.open(tmp_path / "data")
    yield View(knowledge_base, register_of(knowledge_base), LOCAL)
    knowledge_base.close()


@pytest.fixture
def nights(base: View) -> Nights:
    """A model that judges nobody yet."""
    return Nights(base, "nights")


@pytest.fixture
def ann(base: View) -> View:
    return View(base.knowledge_base, base.register, ANN)


@pytest.fixture
def bob(base: View) -> View:
    return View(base.knowledge_base, base.register, BOB)


def refusal(error: pytest.ExceptionInfo[RefusedInput]) -> tuple[int, str]:
    return error.value.status, error.value.findings[0].message["en"]


# From draft to published


def test_a_draft_judges_nobody_and_is_no_position_model_yet(nights: Nights) -> None:
    before = nights.stored()

    version = nights.hand_in("0.1.0", reason="nights are different")

    assert (version.number, version.status) == ("0.1.0", "draft")
    assert nights.stored() == before == []
    assert nights.id not in {row["id"] for row in nights.base.ask("position-models").rows}
    assert nights.verdicts() == {}


def test_a_published_version_judges_everybody_and_its_judgements_name_it(nights: Nights) -> None:
    version = nights.publish("0.3.0", floor="7.0")

    assert version.status == "published"
    found = nights.verdicts()
    assert (found["an"], found["ding"]) == ("strong-fit", "unsuitable")
    assert nights.base.fit("an", nights.id)["modelVersion"] == "0.3.0"
    explained = nights.base.explain(nights.base.verdict_iri("an", nights.id))
    told = {triple.object for triple in explained.statements}
    assert Literal("0.3.0") in told


def test_the_log_tells_who_did_what_when_and_why(nights: Nights, ann: View, bob: View) -> None:
    nights.hand_in("0.1.0", reason="nights are different", by=ann)
    nights.take("review", "0.1.0", "please look", by=ann)
    nights.take("send-back", "0.1.0", "a floor is missing", by=bob)
    nights.hand_in("0.1.0", floor="7.0", by=ann)
    nights.take("review", "0.1.0", by=ann)
    nights.take("approve", "0.1.0", "good", by=bob)
    done = nights.take("publish", "0.1.0", by=ann)

    assert [(each.step, each.by, each.reason) for each in done.steps] == [
        ("submit", "ann", "nights are different"),
        ("review", "ann", "please look"),
        ("send-back", "bob", "a floor is missing"),
        ("submit", "ann", ""),
        ("review", "ann", ""),
        ("approve", "bob", "good"),
        ("publish", "ann", ""),
    ]
    moments = [each.at for each in done.steps]
    assert moments == sorted(moments)
    assert nights.versions() == [done]


def test_what_was_approved_is_what_is_published_to_the_last_letter(nights: Nights) -> None:
    draft = nights.hand_in("0.1.0")

    done = nights.publish("0.1.0")

    assert done.text == draft.text
    assert done.digest == draft.digest == hashlib.sha256(draft.text.encode()).hexdigest()
    stored = set(nights.stored())
    assert stored == set(ModelLives(nights.base).document(done))


def test_a_version_is_told_in_prov(nights: Nights, ann: View) -> None:
    nights.hand_in("0.1.0", by=ann)
    nights.take("review", "0.1.0", "please look", by=ann)

    rows = nights.base.knowledge_base.store.select(
        "PREFIX core: <https://w3id.org/rengang/ontology/core#>"
        "PREFIX prov: <http://www.w3.org/ns/prov#> "
        "SELECT ?step ?who ?why WHERE { GRAPH ?versions {"
        f" ?version core:versionOf {iri('model', nights.id)} ."
        " ?done prov:used ?version ; core:step ?step ; prov:wasAssociatedWith ?who ;"
        " prov:startedAtTime ?when ; core:reason ?why } }"
    )

    assert rows == [
        {"step": iri("step", "review"), "who": iri("agent", "ann"), "why": Literal("please look")}
    ]


def test_everything_on_record_keeps_to_the_shapes(nights: Nights) -> None:
    nights.publish("0.1.0")
    nights.publish("0.2.0", floor="7.0")
    nights.take("retire", "0.2.0")

    records = nights.base.knowledge_base.store.graph(MODEL_VERSIONS_GRAPH)

    assert len(records) > 100
    found = nights.base.check_loaded()
    assert [each.message["en"] for each in found if each.severity == "violation"] == []


# What may happen when


@pytest.mark.parametrize("step", ["approve", "publish", "send-back", "retire"])
def test_a_draft_is_first_reviewed(nights: Nights, step: str) -> None:
    nights.hand_in("0.1.0")

    with pytest.raises(RefusedInput) as error:
        nights.take(step, "0.1.0")

    status, message = refusal(error)
    assert status == 409
    assert message.startswith("Version 0.1.0 is “Draft”, and ")
    assert message.endswith("; what can be done now: review.")


def test_a_step_that_nobody_knows_does_not_exist(nights: Nights) -> None:
    nights.hand_in("0.1.0")

    for step in ("admire", "supersede", "load", "submit"):
        with pytest.raises(UnknownThingError):
            nights.take(step, "0.1.0")


def test_whoever_handed_a_version_in_does_not_approve_it(
    nights: Nights, ann: View, bob: View
) -> None:
    nights.hand_in("0.1.0", by=ann)
    nights.take("review", "0.1.0", by=ann)

    with pytest.raises(RefusedInput) as error:
        nights.take("approve", "0.1.0", by=ann)

    assert refusal(error) == (
        403,
        "“Approve” is for somebody else than who took the step “Submit”: ask another editor or an"
        " administrator.",
    )
    assert nights.take("approve", "0.1.0", by=bob).status == "approved"


def test_the_policy_says_which_steps_are_for_different_people() -> None:
    policy = read_turtle(knowledge_root() / "rules" / "policy.ttl")
    core = read_turtle(knowledge_root() / "ontology" / "core.ttl")
    version = ModelVersion(
        iri("model", "nights"), "0.1.0", "in-review", "", "", (StepTaken("submit", "ann", ""),)
    )
    without = [t for t in policy if t.subject != iri("policy", "approval-by-another")]

    LifeCycle.of([*core, *without]).require_another("approve", version, "ann")

    with pytest.raises(RefusedInput):
        LifeCycle.of([*core, *policy]).require_another("approve", version, "ann")


def test_an_administrator_may_approve_what_they_handed_in(nights: Nights) -> None:
    nights.hand_in("0.1.0")
    nights.take("review", "0.1.0")

    assert nights.take("approve", "0.1.0").status == "approved"


# A change is a new version


def test_a_new_version_takes_the_place_of_the_published_one(nights: Nights) -> None:
    nights.publish("0.1.0")
    assert nights.verdicts()["ding"] == "fit"

    nights.publish("0.2.0", floor="7.0")

    assert nights.statuses() == {"0.2.0": "published", "0.1.0": "retired"}
    assert nights.verdicts()["ding"] == "unsuitable"
    assert nights.base.fit("ding", nights.id)["modelVersion"] == "0.2.0"


def test_a_number_that_was_published_is_not_used_for_something_else(nights: Nights) -> None:
    nights.publish("0.1.0")

    with pytest.raises(RefusedInput) as error:
        nights.hand_in("0.1.0", floor="7.0")

    assert refusal(error) == (
        409,
        "Version 0.1.0 says something else and is not changed any more; submit a greater version"
        " number.",
    )


def test_a_version_in_review_is_not_changed_under_the_eyes_of_its_reviewers(nights: Nights) -> None:
    nights.hand_in("0.1.0")
    nights.take("review", "0.1.0")

    with pytest.raises(RefusedInput) as error:
        nights.hand_in("0.1.0", floor="7.0")

    assert error.value.status == 409


def test_a_new_version_has_a_greater_number(nights: Nights) -> None:
    nights.publish("0.10.0")

    with pytest.raises(RefusedInput) as error:
        nights.hand_in("0.9.0")

    assert refusal(error) == (
        409,
        "There is version 0.10.0 already; a new one needs a greater number.",
    )


def test_to_hand_in_the_same_once_more_changes_nothing(nights: Nights) -> None:
    first = nights.publish("0.1.0")

    again = nights.hand_in("0.1.0")

    assert again == first


def test_a_draft_may_be_written_anew(nights: Nights) -> None:
    nights.hand_in("0.1.0")

    again = nights.hand_in("0.1.0", floor="7.0")

    assert again.status == "draft"
    assert "minimumLevel" in again.text
    assert len(nights.versions()) == 1


def test_a_document_without_a_version_number_is_told_what_to_write(nights: Nights) -> None:
    with pytest.raises(RefusedInput) as error:
        nights.hand_in("second edition")

    assert error.value.status == 422
    assert any("owl:versionInfo" in each.message["en"] for each in error.value.findings)


def test_a_document_that_breaks_a_shape_is_kept_by_nobody(nights: Nights) -> None:
    with pytest.raises(RefusedInput) as error:
        handed_in(nights.base, nights.text("0.1.0").replace("tier:main", "tier:mani"))

    assert error.value.status == 422
    with pytest.raises(UnknownThingError):
        nights.versions()


def test_what_has_come_to_break_a_shape_is_not_published(nights: Nights) -> None:
    nights.base.import_rdf(NIGHT_VISION.encode(), "text/turtle")
    text = nights.text("0.1.0").replace("ability:conflict-resolution", "ability:night-vision")
    handed_in(nights.base, text)
    nights.take("review", "0.1.0")
    nights.take("approve", "0.1.0")
    nights.base.remove_ontology("https://example.org/senses")

    with pytest.raises(RefusedInput) as error:
        nights.take("publish", "0.1.0")

    assert error.value.status == 422
    assert "exactly one dimension that exists" in str(error.value)
    assert nights.statuses() == {"0.1.0": "approved"}


# Retired


def test_a_retired_model_judges_nobody_and_its_history_stays(nights: Nights) -> None:
    nights.publish("0.1.0")
    assert len(nights.verdicts()) == 4

    nights.take("retire", "0.1.0", "no more nights")

    assert nights.verdicts() == {}
    (version,) = nights.versions()
    assert (version.status, version.steps[-1].reason) == ("retired", "no more nights")
    rows = nights.base.ask("position-model", model=nights.id).rows
    assert [row["status"] for row in rows] == ["retired"]


def test_a_retired_model_comes_back_as_a_new_version_only(nights: Nights) -> None:
    nights.publish("0.1.0")
    nights.take("retire", "0.1.0")

    with pytest.raises(RefusedInput) as error:
        nights.take("publish", "0.1.0")
    nights.publish("0.2.0")

    assert error.value.status == 409
    assert len(nights.verdicts()) == 4


# Without a record


def test_models_that_ship_are_published_in_the_version_of_their_header(base: View) -> None:
    found = ModelLives(base).versions("team-leader")

    assert [(each.number, each.status) for each in found] == [("0.1.0", "published")]
    assert [(step.step, step.by) for step in found[0].steps] == [("load", "rengang")]


def test_a_model_that_an_administrator_brings_in_is_on_record(nights: Nights) -> None:
    text = nights.text("0.4.0", status="published")

    nights.base.import_rdf(text.encode(), "text/turtle")

    (version,) = nights.versions()
    assert (version.number, version.status) == ("0.4.0", "published")
    assert [(step.step, step.by) for step in version.steps] == [("load", "local")]


def test_an_editor_cannot_publish_by_an_import(nights: Nights, ann: View) -> None:
    text = nights.text("0.4.0", status="published")

    with pytest.raises(RefusedInput) as error:
        ann.import_rdf(text.encode(), "text/turtle")

    assert error.value.status == 403
    assert nights.stored() == []


def test_records_are_the_same_when_the_folder_is_opened_again(
    nights: Nights, tmp_path: Path
) -> None:
    nights.publish("0.1.0")
    before = ModelLives(nights.base).versions()
    nights.base.knowledge_base.close()

    knowledge_base = KnowledgeBase.open(tmp_path / "data")
    after = knowledge_base.model_life_cycle.versions()
    knowledge_base.close()

    assert after == before


def test_what_a_store_held_before_there_were_records_counts_as_loaded(nights: Nights) -> None:
    nights.publish("0.1.0")
    store = nights.base.knowledge_base.store
    records = store.graph(MODEL_VERSIONS_GRAPH)
    store.replace_many([(MODEL_VERSIONS_GRAPH, [])])

    found = nights.statuses()
    nights.publish("0.2.0")
    after = nights.statuses()
    store.replace_many([(MODEL_VERSIONS_GRAPH, records)])

    assert found == {"0.1.0": "published"}
    assert after == {"0.2.0": "published", "0.1.0": "retired"}


# Written past the life cycle


def test_an_import_does_not_change_a_published_model(nights: Nights) -> None:
    nights.publish("0.1.0")
    text = nights.text("0.1.0", floor="7.0", status="published")

    with pytest.raises(RefusedInput) as error:
        nights.base.import_rdf(text.encode(), "text/turtle")

    status, message = refusal(error)
    assert status == 409
    assert "submit a new version with a greater number" in message


def test_to_import_what_is_published_already_is_no_change(nights: Nights) -> None:
    text = nights.text("0.1.0", status="published")
    nights.base.import_rdf(text.encode(), "text/turtle")

    nights.base.import_rdf(text.encode(), "text/turtle")

    assert len(nights.versions()) == 1


def test_another_ontology_adds_nothing_to_a_published_model(nights: Nights) -> None:
    nights.publish("0.1.0")
    other = (
        "@prefix owl: <http://www.w3.org/2002/07/owl#> ."
        "@prefix core: <https://w3id.org/rengang/ontology/core#> ."
        "<https://example.org/mine> a owl:Ontology ."
        "<https://w3id.org/rengang/requirement/ID.conflict-resolution>"
        " core:minimumLevel 9.5 ."
    ).replace("ID", nights.id)

    with pytest.raises(RefusedInput) as error:
        nights.base.import_rdf(other.encode(), "text/turtle")

    assert f"{nights.id}.conflict-resolution" in " ".join(
        each.message["en"] for each in error.value.findings
    )


def test_a_version_keeps_to_the_graph_of_its_model(nights: Nights) -> None:
    nights.publish("0.1.0")
    elsewhere = nights.text("0.2.0").replace("ontology/models/", "ontology/elsewhere/")

    with pytest.raises(RefusedInput) as error:
        handed_in(nights.base, elsewhere)

    assert error.value.status == 409
    assert nights.graph.value in refusal(error)[1]


# Somebody erased


def test_a_version_that_mentions_somebody_erased_keeps_all_the_rest(nights: Nights) -> None:
    view = nights.base
    view.put_person(Introduction("eve", "Eve"))
    key = view.key_of("eve")
    note = f'skos:scopeNote "Nights as {key} wants them."@en ; skos:prefLabel "夜班模型"'
    text = nights.text("0.1.0").replace('skos:prefLabel "夜班模型"', note)
    before = published(view, text)
    draft = handed_in(view, text.replace("0.1.0", "0.2.0"), reason=f"{key} asked for it")

    erase(view, ["eve"])

    drafted, now = nights.versions()
    assert key in before.text and key in draft.text
    (gone,) = (line for line in before.text.splitlines(keepends=True) if key in line)
    assert now.text == before.text.replace(gone, "")
    assert (now.status, now.digest) == ("published", hashlib.sha256(now.text.encode()).hexdigest())
    assert [(each.step, each.by) for each in now.steps][-2:] == [
        ("publish", "local"),
        ("erase", "local"),
    ]
    assert (drafted.status, drafted.steps[0].reason, drafted.steps[-1].step) == (
        "draft",
        "",
        "erase",
    )
    assert set(nights.stored()) == set(ModelLives(view).document(now))
    assert len(nights.verdicts()) == 4
