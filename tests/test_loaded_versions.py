"""What files and imports make of the record of versions, beside what people have decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.model_versions.documents import digest_of_text
from kb_service.knowledge_base.model_versions.following import (
    Moment,
    arriving,
    following,
    held_back,
)
from kb_service.knowledge_base.model_versions.records import ModelVersion, StepTaken
from kb_service.vocabulary import A, iri

MODEL = iri("model", "nights")
GRAPH = NamedNode("https://example.org/nights")
EARLIER = Moment("rengang", "2026-01-01T00:00:00.000000+00:00")
NOW = Moment("rengang", "2026-02-01T00:00:00.000000+00:00")
HERE = "2026-01-15T00:00:00.000000+00:00"

Graphs = dict[NamedNode, list[Triple]]


def graphs(number: str, says: str = "", status: str = "published") -> Graphs:
    """A graph with the model in a version."""
    return {
        GRAPH: [
            Triple(GRAPH, A, iri("owl", "Ontology")),
            Triple(GRAPH, iri("owl", "versionInfo"), Literal(number)),
            Triple(MODEL, A, iri("core", "PositionModel")),
            Triple(MODEL, iri("core", "status"), iri("status", status)),
            Triple(MODEL, iri("skos", "scopeNote"), Literal(says, language="en")),
        ]
    }


def loaded(first: Graphs, *later: Graphs) -> list[ModelVersion]:
    """The record after these were loaded one after another."""
    versions = following([], {}, first, first, EARLIER)
    before = first
    for after in later:
        versions = following(versions, before, after, [*before, *after], NOW)
        before = after
    return versions


def told(versions: list[ModelVersion]) -> dict[str, tuple[str, list[str]]]:
    return {each.number: (each.status, [step.step for step in each.steps]) for each in versions}


def published_here(number: str) -> list[ModelVersion]:
    """The record after the product's 0.1.0 gave way to a version of the organisation's own."""
    (shipped,) = loaded(graphs("0.1.0"))
    text = "anything"
    steps = tuple(StepTaken(step, "ann", HERE) for step in ("submit", "publish"))
    own = ModelVersion(MODEL, number, "published", text, digest_of_text(text), steps)
    superseded = shipped.having("retired", StepTaken("supersede", "ann", HERE))
    return [own, superseded]


def test_a_graph_that_publishes_a_model_is_on_record_by_the_version_of_its_header() -> None:
    versions = loaded(graphs("0.1.0", "first"))

    assert told(versions) == {"0.1.0": ("published", ["load"])}
    assert '"first"@en' in versions[0].text
    assert "status" not in versions[0].text


def test_a_draft_in_a_graph_is_no_version_yet() -> None:
    assert loaded(graphs("0.1.0", status="draft")) == []


def test_a_release_with_a_greater_number_takes_the_place_of_the_last() -> None:
    versions = loaded(graphs("0.1.0"), graphs("0.2.0", "more"))

    assert told(versions) == {
        "0.2.0": ("published", ["load"]),
        "0.1.0": ("retired", ["load", "supersede"]),
    }


def test_the_same_number_with_other_content_is_kept_apart_by_its_digest() -> None:
    versions = loaded(graphs("0.1.0"), graphs("0.1.0", "other words"))

    (now,) = [each for each in versions if each.status == "published"]
    assert now.number == f"0.1.0+{now.digest[:8]}"
    assert {each.status for each in versions} == {"published", "retired"}


def test_a_release_that_says_the_same_leaves_the_record_as_it_is() -> None:
    assert loaded(graphs("0.1.0"), graphs("0.1.0")) == loaded(graphs("0.1.0"))


def test_a_model_that_a_release_drops_is_retired() -> None:
    versions = loaded(graphs("0.1.0"), {})

    assert told(versions) == {"0.1.0": ("retired", ["load", "retire"])}


def test_a_version_that_comes_back_has_one_record() -> None:
    versions = loaded(graphs("0.1.0"), {}, graphs("0.1.0"))

    assert told(versions) == {"0.1.0": ("published", ["load", "retire", "load"])}


def test_files_fill_graphs_while_nobody_here_has_decided_otherwise() -> None:
    versions, stored, files = loaded(graphs("0.1.0")), graphs("0.1.0"), graphs("0.2.0", "new")

    to_be, after = arriving(versions, stored, files, NOW.at)

    assert to_be == files
    assert after == versions


def test_what_was_published_here_stands_and_a_newer_release_waits_as_a_draft() -> None:
    stored, files = graphs("0.1.1", "ours"), graphs("0.2.0", "theirs")

    to_be, after = arriving(published_here("0.1.1"), stored, files, NOW.at)

    assert to_be == stored
    assert told(after)["0.2.0"] == ("draft", ["submit"])
    assert told(after)["0.1.1"][0] == "published"


def test_a_release_no_newer_than_what_is_here_is_passed_over() -> None:
    stored, files = graphs("0.9.0", "ours"), graphs("0.2.0", "theirs")

    to_be, after = arriving(published_here("0.9.0"), stored, files, NOW.at)

    assert to_be == stored
    assert set(told(after)) == {"0.9.0", "0.1.0"}


def test_a_model_that_was_retired_here_does_not_come_back_with_a_release() -> None:
    (shipped,) = loaded(graphs("0.1.0"))
    retired = replace(shipped, status="retired")
    retired = retired.having("retired", StepTaken("retire", "ann", HERE))
    stored, files = graphs("0.1.0", status="retired"), graphs("0.2.0")

    to_be, after = arriving([retired], stored, files, NOW.at)

    assert to_be == stored
    assert told(after)["0.2.0"] == ("draft", ["submit"])


def test_a_graph_is_not_decided_about_by_who_loaded_it() -> None:
    (version,) = following([], {}, graphs("0.1.0"), [GRAPH], Moment("root", HERE))

    to_be, _ = arriving([version], graphs("0.1.0"), graphs("0.2.0"), NOW.at)

    assert to_be == graphs("0.2.0")


@pytest.mark.parametrize("files", [{GRAPH: []}, graphs("0.1.0", status="draft")])
def test_what_was_published_here_outlives_a_file_that_is_gone_or_says_it_is_a_draft(
    files: Graphs,
) -> None:
    stored = graphs("0.1.1", "ours")

    to_be, _ = arriving(published_here("0.1.1"), stored, files, NOW.at)

    assert to_be == stored


def test_a_file_is_held_back_while_it_says_otherwise_than_what_was_published_here() -> None:
    stored, theirs = graphs("0.1.1", "ours"), graphs("0.1.0")
    versions = published_here("0.1.1")

    (held,) = held_back(versions, stored, theirs)

    assert held.standing.number == "0.1.1"
    assert held.recorded is not None and held.recorded.number == "0.1.0"
    assert held_back(versions, stored, stored) == []
    assert held_back(loaded(graphs("0.1.0")), stored, theirs) == []
