"""Graphs of a service as files in a folder: nothing is lost that somebody wrote on either side."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.client import Unavailable
from kb_service.client.exchanging import Outcome, Step
from kb_service.client.graph_files import digest_of_content, place_of, read_folder
from kb_service.client.pulling import pull
from kb_service.client.pushing import push
from kb_service.client.sync_state import FILE
from kb_service.findings import RefusedInput
from kb_service.knowledge_files import read_turtle
from kb_service.vocabulary import BASE
from tests.folder_service import FolderService, in_turtle, ontology

CORE = BASE + "ontology/core"
OURS = "https://example.org/ours"
NURSE = BASE + "ontology/models/nurse"
MODEL = f"<{NURSE}> a owl:Ontology . model:nurse a core:PositionModel ; core:weight 2.50 ."
HOSTILE = [
    "https://example.org/../../../etc/passwd",
    "https://example.org/..%2F..%2Fx",
    BASE + "ontology/..",
    BASE + "ontology/models/../../core",
    BASE + "ontology/con",
    BASE + "ontology/nul.x",
    BASE + "ontology/Core",
    BASE + "ontology/岗位",
    BASE + "ontology/" + "x" * 300,
    BASE + "ontology/rengang",
    "urn:x",
    "https://example.org/#",
]


@pytest.fixture
def service() -> FolderService:
    """A service with a module that ships, one that somebody uploaded, and a position model."""
    return FolderService(
        {
            CORE: f'<{CORE}> a owl:Ontology ; dcterms:title "Core" .',
            OURS: f'<{OURS}> a owl:Ontology ; dcterms:title "Ours" .',
            NURSE: MODEL,
        },
        shipped=[CORE],
    )


@pytest.fixture
def folder(service: FolderService, tmp_path: Path) -> Path:
    """What was pulled from it."""
    pull(service, tmp_path / "folder")
    return tmp_path / "folder"


def file_of(folder: Path, name: str) -> Path:
    return read_folder(folder)[name].path


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = file_of(folder, name)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def steps(outcomes: list[Outcome]) -> dict[str, Step]:
    """What became of each graph that is not the same on both sides."""
    return {each.graph: each.step for each in outcomes if each.step is not Step.SAME}


def titles(folder: Path, name: str) -> str:
    return file_of(folder, name).read_text(encoding="utf-8")


# Pulling


def test_each_graph_becomes_a_file_where_ontology_has_it(folder: Path) -> None:
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert {
        "core.ttl",
        "models/nurse.ttl",
        "catalog-v001.xml",
        "models/catalog-v001.xml",
        FILE,
    } < files
    assert "core:weight 2.5 ;" in (folder / "models/nurse.ttl").read_text(encoding="utf-8")


def test_protege_finds_every_graph_by_the_catalog(folder: Path) -> None:
    entries = ElementTree.parse(folder / "catalog-v001.xml").getroot()
    found = {entry.attrib["name"]: folder / entry.attrib["uri"] for entry in entries}

    assert found == {name: file.path for name, file in read_folder(folder).items()}
    assert found.keys() == {CORE, OURS, NURSE}


def test_whole_numbers_and_cardinalities_are_written_as_owl_has_them(tmp_path: Path) -> None:
    text = f"<{OURS}> a owl:Ontology ; core:weight 5 ; owl:maxCardinality 1 ; core:rank 3 ."
    text = text.replace("core:weight 5", 'core:weight "5"^^xsd:decimal')

    pull(FolderService({OURS: text}), tmp_path)

    written = file_of(tmp_path, OURS).read_text(encoding="utf-8")
    assert "core:weight 5.0 ;" in written
    assert 'owl:maxCardinality "1"^^xsd:nonNegativeInteger ;' in written
    assert "core:rank 3 ;" in written


def test_what_the_service_changed_is_renewed_and_what_was_changed_here_stays(
    service: FolderService, folder: Path
) -> None:
    service.change(OURS, ontology(OURS, "Ours, later"))
    edit(folder, NURSE, "2.5", "3.5")

    outcomes = pull(service, folder)

    assert steps(outcomes) == {OURS: Step.RENEWED, NURSE: Step.CHANGED_HERE}
    assert "Ours, later" in titles(folder, OURS)
    assert "3.5" in titles(folder, NURSE)


def test_a_graph_changed_on_both_sides_keeps_a_pull_from_writing_anything(
    service: FolderService, folder: Path
) -> None:
    service.change(OURS, ontology(OURS, "Theirs"))
    service.change(CORE, ontology(CORE, "Core, later"))
    edit(folder, OURS, "Ours", "Mine")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    outcomes = pull(service, folder)

    assert steps(outcomes) == {OURS: Step.CONFLICT, CORE: Step.NOT_DONE}
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_same_change_on_both_sides_is_none(service: FolderService, folder: Path) -> None:
    service.change(OURS, ontology(OURS, "Agreed"))
    edit(folder, OURS, "Ours", "Agreed")

    assert steps(pull(service, folder)) == {}
    assert steps(push(service, folder)) == {}
    service.change(OURS, ontology(OURS, "Later"))
    assert steps(pull(service, folder)) == {OURS: Step.RENEWED}


def test_a_file_goes_with_its_graph_only_when_told_and_never_when_changed(
    service: FolderService, folder: Path
) -> None:
    service.delete_graph(OURS)
    path = file_of(folder, OURS)

    kept = steps(pull(service, folder))
    foreseen = steps(pull(service, folder, delete=True, dry_run=True))
    is_there = path.exists()
    edit(folder, OURS, "Ours", "Mine")
    changed = steps(pull(service, folder, delete=True))
    edit(folder, OURS, "Mine", "Ours")
    gone = steps(pull(service, folder, delete=True))

    assert kept == {OURS: Step.MISSING_THERE}
    assert foreseen == {OURS: Step.REMOVED} and is_there
    assert changed == {OURS: Step.CONFLICT}
    assert gone == {OURS: Step.REMOVED} and not path.exists()
    assert OURS not in json.loads((folder / FILE).read_text(encoding="utf-8"))["graphs"]


def test_a_file_removed_here_is_not_brought_back_and_its_change_there_is_a_conflict(
    service: FolderService, folder: Path
) -> None:
    file_of(folder, OURS).unlink()

    assert steps(pull(service, folder)) == {OURS: Step.MISSING_HERE}
    service.change(OURS, ontology(OURS, "Theirs"))
    assert steps(pull(service, folder)) == {OURS: Step.CONFLICT}


def test_a_file_that_was_moved_is_renewed_where_it_lies(
    service: FolderService, folder: Path
) -> None:
    moved = folder / "部门" / "我们的.ttl"
    moved.parent.mkdir()
    file_of(folder, OURS).rename(moved)
    service.change(OURS, ontology(OURS, "Ours, later"))

    pull(service, folder)

    assert file_of(folder, OURS) == moved
    assert "Ours, later" in moved.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_out_of_the_folder_or_to_a_file_of_another_meaning(
    name: str, tmp_path: Path
) -> None:
    graphs = {CORE: f'<{CORE}> a owl:Ontology ; dcterms:title "Core" .'}
    service = FolderService(graphs)
    service.change(name, ontology(name, "hostile"))

    pull(service, tmp_path / "in" / "folder")

    written = list(tmp_path.rglob("*.ttl"))
    assert len(written) == 2
    assert all(path.is_relative_to(tmp_path / "in" / "folder") for path in written)
    assert {path.name for path in written} > {"core.ttl"}
    assert all(path.name.isascii() and path.name == path.name.lower() for path in written)
    assert not any(path.stem.split(".")[0] in ("con", "nul") for path in written)


@given(
    st.lists(
        st.text("abAB01.-_~/#%:岗", min_size=1, max_size=12).map(
            lambda text: f"{BASE}ontology/{text}"
        ),
        min_size=2,
        max_size=2,
        unique=True,
    ),
    st.sampled_from(["", "model:a a core:PositionModel .", "framework:a a core:Framework ."]),
)
def test_two_graphs_never_share_a_file_whatever_the_system_makes_of_capitals(
    names: list[str], content: str
) -> None:
    first, second = (place_of(name, in_turtle(content)) for name in names)

    assert str(first).lower() != str(second).lower()
    assert ".." not in PurePosixPath(first).parts and not first.is_absolute()


def test_a_link_does_not_lead_a_pull_out_of_the_folder(
    service: FolderService, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "frameworks").symlink_to(outside, target_is_directory=True)
    service.change(
        BASE + "ontology/grid",
        in_turtle(f"<{BASE}ontology/grid> a owl:Ontology . framework:grid a core:Framework ."),
    )

    with pytest.raises(RefusedInput, match="outside the folder"):
        pull(service, folder)

    assert list(outside.iterdir()) == []


# Pushing


def test_only_what_was_changed_is_sent_modules_before_models(
    service: FolderService, folder: Path
) -> None:
    edit(folder, OURS, "Ours", "Ours, better")
    edit(folder, NURSE, "2.5", "3.5")

    outcomes = push(service, folder)

    assert [(each.graph, each.step) for each in outcomes if each.step is not Step.SAME] == [
        (OURS, Step.SENT),
        (NURSE, Step.SUBMITTED),
    ]
    assert set(service.graphs[OURS]) == set(ontology(OURS, "Ours, better"))
    assert service.submitted == ["nurse.ttl"]
    assert digest_of_content(service.graphs[NURSE]) == digest_of_content(in_turtle(MODEL))


def test_a_layout_or_a_number_written_otherwise_is_no_change(
    service: FolderService, folder: Path
) -> None:
    edit(folder, NURSE, "core:weight 2.5 ;", "core:weight\n  2.500 ;")

    assert steps(push(service, folder)) == {}
    assert service.submitted == []


def test_a_model_handed_in_waits_and_is_not_handed_in_twice(
    service: FolderService, folder: Path
) -> None:
    edit(folder, NURSE, "2.5", "3.5")
    push(service, folder)

    waiting = steps(push(service, folder))
    left_alone = steps(pull(service, folder))
    edit(folder, NURSE, "3.5", "4.5")
    again = steps(push(service, folder))

    assert waiting == {NURSE: Step.WAITING}
    assert left_alone == {NURSE: Step.CHANGED_HERE}
    assert again == {NURSE: Step.SUBMITTED}
    assert len(service.submitted) == 2


def test_a_model_handed_in_is_renewed_once_it_is_published(
    service: FolderService, folder: Path
) -> None:
    edit(folder, NURSE, "2.5", "3.5")
    push(service, folder)
    service.change(NURSE, in_turtle(MODEL.replace("2.50", "3.5 ; core:version '0.2.0'")))

    assert steps(pull(service, folder)) == {NURSE: Step.RENEWED}
    assert "0.2.0" in titles(folder, NURSE)


def test_a_graph_changed_on_both_sides_keeps_a_push_from_sending_anything(
    service: FolderService, folder: Path
) -> None:
    edit(folder, OURS, "Ours", "Mine")
    edit(folder, NURSE, "2.5", "3.5")
    service.change(OURS, ontology(OURS, "Theirs"))

    outcomes = push(service, folder)

    assert steps(outcomes) == {OURS: Step.CONFLICT, NURSE: Step.NOT_DONE}
    assert set(service.graphs[OURS]) == set(ontology(OURS, "Theirs"))
    assert service.submitted == []


def test_who_writes_while_a_push_is_under_way_is_not_overwritten(
    service: FolderService, folder: Path
) -> None:
    edit(folder, OURS, "Ours", "Mine")

    def somebody_else() -> None:
        service.before_write = lambda: None
        service.change(OURS, ontology(OURS, "Theirs"))

    service.before_write = somebody_else

    assert steps(push(service, folder)) == {OURS: Step.CONFLICT}
    assert set(service.graphs[OURS]) == set(ontology(OURS, "Theirs"))


def test_two_who_make_the_same_new_graph_do_not_overwrite_each_other(
    service: FolderService, folder: Path
) -> None:
    new = "https://example.org/new"
    (folder / "new.ttl").write_text(f"<{new}> a <http://www.w3.org/2002/07/owl#Ontology> .")

    def somebody_else() -> None:
        service.before_write = lambda: None
        service.change(new, ontology(new, "Theirs"))

    service.before_write = somebody_else

    assert steps(push(service, folder)) == {new: Step.CONFLICT}
    assert set(service.graphs[new]) == set(ontology(new, "Theirs"))


def test_what_ships_is_not_sent_and_the_rest_is(service: FolderService, folder: Path) -> None:
    edit(folder, CORE, "Core", "My core")
    edit(folder, OURS, "Ours", "Mine")

    assert steps(push(service, folder)) == {CORE: Step.SHIPPED, OURS: Step.SENT}
    assert set(service.graphs[CORE]) == set(ontology(CORE, "Core"))


def test_what_the_check_refuses_is_not_sent_and_its_findings_are_told(
    service: FolderService, folder: Path
) -> None:
    edit(folder, OURS, "Ours", "Mine")
    service.findings = [{"severity": "violation", "message": {"zh": "错", "en": "wrong"}}]

    (outcome,) = [each for each in push(service, folder) if each.step is not Step.SAME]

    assert (outcome.step, outcome.findings[0].message["en"]) == (Step.REFUSED, "wrong")
    assert set(service.graphs[OURS]) == set(ontology(OURS, "Ours"))


def test_a_warning_is_told_and_holds_nothing_up(service: FolderService, folder: Path) -> None:
    edit(folder, OURS, "Ours", "Mine")
    service.findings = [{"severity": "warning", "message": {"zh": "注意", "en": "mind"}}]

    (outcome,) = [each for each in push(service, folder) if each.step is not Step.SAME]

    assert (outcome.step, outcome.findings[0].message["en"]) == (Step.SENT, "mind")


def test_a_graph_is_deleted_only_when_told_and_never_when_it_was_changed(
    service: FolderService, folder: Path
) -> None:
    file_of(folder, OURS).unlink()

    kept = steps(push(service, folder))
    foreseen = steps(push(service, folder, delete=True, dry_run=True))
    service.change(OURS, ontology(OURS, "Theirs"))
    changed = steps(push(service, folder, delete=True))
    service.change(OURS, ontology(OURS, "Ours"))
    gone = steps(push(service, folder, delete=True))

    assert kept == {OURS: Step.MISSING_HERE}
    assert foreseen == {OURS: Step.DELETED}
    assert changed == {OURS: Step.CONFLICT}
    assert gone == {OURS: Step.DELETED} and OURS not in service.graphs


def test_a_dry_run_changes_neither_side(service: FolderService, folder: Path) -> None:
    edit(folder, OURS, "Ours", "Mine")
    edit(folder, NURSE, "2.5", "3.5")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    outcomes = push(service, folder, dry_run=True)

    assert steps(outcomes) == {OURS: Step.SENT, NURSE: Step.SUBMITTED}
    assert (service.writes, service.submitted) == (0, [])
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_service_that_stops_answering_leaves_the_rest_for_the_next_push(
    service: FolderService, folder: Path
) -> None:
    edit(folder, OURS, "Ours", "Mine")
    edit(folder, NURSE, "2.5", "3.5")

    def gone() -> None:
        raise Unavailable(0, "No answer", "http://service.example does not answer")

    service.before_write = gone
    broken = steps(push(service, folder))
    service.before_write = lambda: None
    again = steps(push(service, folder))

    assert broken == {OURS: Step.NOT_DONE, NURSE: Step.NOT_DONE}
    assert again == {OURS: Step.SENT, NURSE: Step.SUBMITTED}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["here", "there", "pull", "push"]),
            st.sampled_from([OURS, "https://example.org/second"]),
        ),
        max_size=10,
    )
)
def test_whatever_two_people_do_no_version_is_overwritten_that_the_other_has_not_seen(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    service = FolderService({})
    for name in (OURS, "https://example.org/second"):
        service.change(name, ontology(name, "0"))
    pull(service, folder)
    seen = dict.fromkeys(service.graphs, "0")  # what folder and service last had in common

    for number, (deed, name) in enumerate(deeds, start=1):
        here, there = _titles_here(folder), _titles_there(service)
        if deed == "here":
            file_of(folder, name).write_text(
                f"<{name}> a <http://www.w3.org/2002/07/owl#Ontology> ;"
                f' <http://purl.org/dc/terms/title> "{number}" .'
            )
        elif deed == "there":
            service.change(name, ontology(name, str(number)))
        else:
            outcomes = (pull if deed == "pull" else push)(service, folder)
            both = any(
                here[n] != seen[n] and there[n] != seen[n] for n in seen if here[n] != there[n]
            )
            assert any(each.step is Step.CONFLICT for each in outcomes) == both
            for n in seen:
                moves = not both and (here[n] == seen[n] if deed == "pull" else there[n] == seen[n])
                assert _titles_here(folder)[n] == (
                    there[n] if moves and deed == "pull" else here[n]
                )
                assert _titles_there(service)[n] == (
                    here[n] if moves and deed == "push" else there[n]
                )
                if _titles_here(folder)[n] == _titles_there(service)[n] and not both:
                    seen[n] = _titles_here(folder)[n]


def _titles_here(folder: Path) -> dict[str, str]:
    return {name: _title(file.triples) for name, file in read_folder(folder).items()}


def _titles_there(service: FolderService) -> dict[str, str]:
    return {name: _title(triples) for name, triples in service.graphs.items()}


def _title(triples: object) -> str:
    (found,) = [t.object.value for t in triples if t.predicate.value.endswith("/title")]  # type: ignore[attr-defined]
    return str(found)


# Folders that cannot be used


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<https://example.org/x> a <http://www.w3.org/2002/07/owl#Ontology>", "not Turtle"),
        ("<https://example.org/x> a <https://example.org/Thing> .", "one graph with one header"),
        (
            f"<{CORE}> a <http://www.w3.org/2002/07/owl#Ontology> .",
            r"that of broken\.ttl \(.*core\)",
        ),
    ],
)
@pytest.mark.parametrize("command", [pull, push])
def test_a_file_that_is_no_graph_is_named_and_nothing_is_done(
    service: FolderService,
    folder: Path,
    command: Callable[[FolderService, Path], list[Outcome]],
    text: str,
    said: str,
) -> None:
    (folder / "broken.ttl").write_text(text)
    edit_free = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    with pytest.raises(RefusedInput, match=said) as refused:
        command(service, folder)

    (finding,) = refused.value.findings
    assert "broken.ttl" in finding.where + finding.message["en"]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == edit_free
    assert service.writes == 0


@pytest.mark.parametrize("text", ["", "[]", '{"service": "x", "graphs": {"g": {"file": 1}}}'])
def test_a_damaged_memory_is_told_with_what_to_do(
    service: FolderService, folder: Path, text: str
) -> None:
    (folder / FILE).write_text(text)

    with pytest.raises(RefusedInput, match="Pull into a new folder"):
        push(service, folder)


def test_a_folder_of_another_service_is_not_mixed_up(service: FolderService, folder: Path) -> None:
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / FILE).write_text(text.replace("service.example", "other.example"))

    with pytest.raises(RefusedInput, match=r"pulled from http://other\.example"):
        pull(service, folder)


def test_a_folder_without_memory_overwrites_nothing(service: FolderService, folder: Path) -> None:
    (folder / FILE).unlink()
    edit(folder, OURS, "Ours", "Mine")

    assert steps(push(service, folder)) == {OURS: Step.CONFLICT}
    assert steps(pull(service, folder)) == {OURS: Step.CONFLICT}


def test_what_was_pulled_says_the_same_as_the_service(service: FolderService, folder: Path) -> None:
    for name, file in read_folder(folder).items():
        assert digest_of_content(read_turtle(file.path)) == digest_of_content(service.graphs[name])
