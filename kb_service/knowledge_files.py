"""The knowledge as files: where they lie and which graph each fills."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.vocabulary import BASE, POLICY_GRAPH, iri

_ONTOLOGY = iri("owl", "Ontology")


def knowledge_root() -> Path:
    """The folder that holds `ontology/`, `rules/`, `shapes/` and `examples/`.

    In an installed wheel they lie inside the package, in a checkout beside it.
    """
    package = Path(__file__).resolve().parent
    shipped = package / "knowledge"
    return shipped if shipped.is_dir() else package.parent


def read_turtle(path: Path) -> list[Triple]:
    """The triples of one of our own Turtle files.

    Raises SyntaxError, naming the file, when it is not Turtle.
    """
    try:
        quads = parse(
            path.read_bytes(), format=RdfFormat.TURTLE, base_iri=BASE, without_named_graphs=True
        )
        return [quad.triple for quad in quads]
    except SyntaxError as error:
        raise SyntaxError(f"{path}: {error}") from error


def ontology_files(root: Path | None = None) -> list[Path]:
    """Every ontology file, modules first, then frameworks and models."""
    folder = (root or knowledge_root()) / "ontology"
    return sorted(folder.rglob("*.ttl"), key=lambda path: (len(path.parts), path))


def shape_files(root: Path | None = None) -> list[Path]:
    """Every shapes file."""
    return sorted(((root or knowledge_root()) / "shapes").glob("*.ttl"))


def rule_files(root: Path | None = None) -> list[Path]:
    """Every rule, in the order of the stages and by name within one."""
    return sorted(((root or knowledge_root()) / "rules").rglob("*.rq"))


def read_shared_knowledge(root: Path | None = None) -> dict[NamedNode, list[Triple]]:
    """Shared knowledge by graph: one for each ontology file, named by its header, and the policy.

    Raises ValueError when an ontology file has no `owl:Ontology` header.
    """
    base = root or knowledge_root()
    graphs = {}
    for path in ontology_files(base):
        triples = read_turtle(path)
        graphs[_ontology_of(path, triples)] = triples
    graphs[POLICY_GRAPH] = read_turtle(base / "rules" / "policy.ttl")
    return graphs


def _ontology_of(path: Path, triples: Iterable[Triple]) -> NamedNode:
    for triple in triples:
        if triple.object == _ONTOLOGY and isinstance(triple.subject, NamedNode):
            return triple.subject
    raise ValueError(f"{path}: add a header, for example <{BASE}ontology/x> a owl:Ontology .")


def knowledge_digest(root: Path | None = None) -> str:
    """A SHA-256 over ontology, policy and rules: the same while nothing concluded can differ."""
    base = root or knowledge_root()
    digest = hashlib.sha256()
    for path in [*ontology_files(base), base / "rules" / "policy.ttl", *rule_files(base)]:
        digest.update(path.relative_to(base).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
