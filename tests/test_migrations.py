"""A migration changes one graph at a time, nothing but what it says, and nothing a second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kb_service.knowledge_base.migrations import Migration, read_migrations
from kb_service.knowledge_base.retelling import migrated
from kb_service.knowledge_files import knowledge_root, ontology_files, read_turtle
from kb_service.vocabulary import NAMESPACES, A, iri

RENAME = """\
# Weight of a requirement
#
# Says:    What was called importance is called weight.
# 说明:    原来的 importance 改称 weight。
# Because: One thing has one name.
# Reads:   core:importance

PREFIX core: <https://w3id.org/rengang/ontology/core#>

DELETE { ?thing core:importance ?value }
INSERT { ?thing core:weight ?value }
WHERE { ?thing core:importance ?value }
"""
VERSION = iri("core", "version")


def in_turtle(text: str) -> list[Triple]:
    prefixes = "".join(f"@prefix {name}: <{space}> . " for name, space in NAMESPACES.items())
    return [quad.triple for quad in parse(prefixes + text, format=RdfFormat.TURTLE)]


def written(root: Path, name: str, text: str) -> Migration:
    """The migration of a knowledge folder that has this one alone."""
    path = root / "ontology" / "migrations" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (migration,) = read_migrations(root)
    return migration


def shipped(name: str) -> Migration:
    return next(each for each in read_migrations(knowledge_root()) if each.name == name)


def test_a_term_is_renamed_and_what_stays_is_written_as_it_was(tmp_path: Path) -> None:
    rename = written(tmp_path, "0.2.0/01-importance.ru", RENAME)
    before = in_turtle("""
        requirement:a.x a core:Requirement ; core:importance 2.50 ; core:requiredLevel 7.0 .
        requirement:a.y a core:Requirement ; core:rationale "core:importance"@en .""")

    after = rename.over(before)

    assert set(after) == set(
        in_turtle("""
        requirement:a.x a core:Requirement ; core:weight 2.5 ; core:requiredLevel 7.0 .
        requirement:a.y a core:Requirement ; core:rationale "core:importance"@en .""")
    )


def test_a_graph_that_has_none_of_the_terms_is_not_looked_at(tmp_path: Path) -> None:
    careless = RENAME.replace(
        "WHERE { ?thing core:importance ?value }", "WHERE { ?thing ?p ?value }"
    )
    migration = written(tmp_path, "0.2.0/01-importance.ru", careless)
    graph = in_turtle("requirement:a.x core:weight 2.0 .")

    assert migration.over(graph) == graph
    assert migration.over([*graph, *in_turtle("requirement:a.y core:importance 1.0 .")]) != graph


def test_an_update_that_reaches_beyond_its_graph_is_refused(tmp_path: Path) -> None:
    elsewhere = RENAME.replace(
        "{ ?thing core:weight ?value }", "{ GRAPH <https://example.org/g> { ?thing a core:Tier } }"
    )
    migration = written(tmp_path, "0.2.0/01-importance.ru", elsewhere)

    with pytest.raises(ValueError, match=r"0\.2\.0/01-importance: an update of one graph"):
        migration.over(in_turtle("requirement:a.x core:importance 2.0 ."))


@pytest.mark.parametrize("line", ["Says", "说明", "Because", "Reads"])
def test_a_header_line_that_is_missing_is_named(tmp_path: Path, line: str) -> None:
    without = "\n".join(each for each in RENAME.splitlines() if f"# {line}:" not in each)

    with pytest.raises(ValueError, match=rf"01-importance\.ru: add the header line '# {line}: …'"):
        written(tmp_path, "0.2.0/01-importance.ru", without)


@pytest.mark.parametrize("name", ["next/01-importance.ru", "0.2.0/importance.ru"])
def test_a_name_that_tells_no_order_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name it as in ontology/migrations"):
        written(tmp_path, name, RENAME)


def test_releases_come_in_their_order_and_not_in_that_of_letters(tmp_path: Path) -> None:
    for name in ("0.10.0/01-c", "0.9.0/02-b", "0.9.0/01-a"):
        path = tmp_path / "ontology" / "migrations" / f"{name}.ru"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RENAME, encoding="utf-8")

    found = [migration.id for migration in read_migrations(tmp_path)]

    assert found == ["0.9.0/01-a", "0.9.0/02-b", "0.10.0/01-c"]


def test_a_model_without_a_version_takes_that_of_its_document() -> None:
    version = shipped("01-version-of-position-models")
    document = "<https://w3id.org/rengang/ontology/models/a> a owl:Ontology"
    model = "model:a a core:PositionModel"

    told = version.over(in_turtle(f'{document} ; owl:versionInfo "1.4.0" . {model} .'))
    untold = version.over(in_turtle(f"{document} . {model} ."))
    stated = version.over(
        in_turtle(f'{document} ; owl:versionInfo "1.4.0" . {model} ; core:version "1.3.0" .')
    )

    assert [_versions(graph) for graph in (told, untold, stated)] == [
        ["1.4.0"],
        ["0.1.0"],
        ["1.3.0"],
    ]


def _versions(triples: list[Triple]) -> list[str]:
    return [
        triple.object.value
        for triple in triples
        if triple.predicate == VERSION and isinstance(triple.object, Literal)
    ]


@pytest.mark.parametrize("file", ontology_files(), ids=lambda path: path.stem)
def test_what_ships_is_up_to_date(file: Path) -> None:
    facts = read_turtle(file)

    assert migrated(facts, read_migrations(knowledge_root())) == facts


@given(
    st.sets(
        st.tuples(
            st.sampled_from([iri("model", name) for name in "abc"]),
            st.sampled_from(
                [
                    (A, iri("core", "PositionModel")),
                    (VERSION, Literal("1.0.0")),
                    (VERSION, Literal("2.0.0")),
                    (A, iri("owl", "Ontology")),
                    (iri("owl", "versionInfo"), Literal("3.0.0")),
                ]
            ),
        )
    )
)
def test_a_second_time_every_migration_changes_nothing(
    said: set[tuple[NamedNode, tuple[NamedNode, NamedNode | Literal]]],
) -> None:
    migrations = read_migrations(knowledge_root())
    once = migrated([Triple(subject, *rest) for subject, rest in said], migrations)

    assert set(migrated(once, migrations)) == set(once)
