"""A service in memory, for what pulling and pushing say and do without one that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kb_service.client import Changed, NotFound, Rengang
from kb_service.client.rengang import Graph
from kb_service.store import as_stored
from kb_service.vocabulary import NAMESPACES, A, iri

_ONTOLOGY = iri("owl", "Ontology")


class FolderService(Rengang):
    """Graphs by name; every write gives all of them another tag, as the service does."""

    def __init__(self, graphs: dict[str, str], shipped: Sequence[str] = ()) -> None:
        self.graphs = {name: tuple(as_stored(in_turtle(text))) for name, text in graphs.items()}
        self.shipped = list(shipped)
        self.submitted: list[str] = []
        self.findings: list[dict[str, Any]] = []
        self.writes = 0
        self.before_write: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return "http://service.example"

    def query(self, sparql: str) -> Any:
        if "hasPart" in sparql:
            return [{"graph": name} for name in self.shipped]
        return [{"graph": name} for name in sorted(self.graphs)]

    def graph(self, iri: str | None = None) -> Graph:
        if iri not in self.graphs:
            raise NotFound(404, "Not found", "There is no such graph.")
        return Graph(self.graphs[iri], f'"{self.writes}"')

    def put_graph(
        self,
        iri: str,
        triples: Iterable[Triple],
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> str | None:
        self._compare(iri, if_match, if_none_match)
        self.change(iri, triples)
        return f'"{self.writes}"'

    def delete_graph(self, iri: str, *, if_match: str | None = None) -> None:
        self._compare(iri, if_match, None)
        del self.graphs[iri]
        self.writes += 1

    def _compare(self, name: str, if_match: str | None, if_none_match: str | None) -> None:
        self.before_write()
        is_there = name in self.graphs
        if (if_match and if_match != f'"{self.writes}"') or (if_none_match == "*" and is_there):
            raise Changed(412, "Precondition failed", "Something was changed.")

    def validate(self, path: Path | str) -> dict[str, Any]:
        return {"findings": self.findings}

    def submit_position_model(self, path: Path | str) -> str:
        self.submitted.append(Path(path).name)
        return f"/api/v1/position-models/nurse/versions/0.{len(self.submitted)}.0"

    def change(self, name: str, triples: Iterable[Triple]) -> None:
        """Have somebody else write a graph."""
        self.graphs[name] = tuple(as_stored(list(triples)))
        self.writes += 1


def in_turtle(text: str) -> list[Triple]:
    """Triples as Turtle with the usual prefixes."""
    prefixes = "".join(f"@prefix {name}: <{space}> . " for name, space in NAMESPACES.items())
    return [quad.triple for quad in parse(prefixes + text, format=RdfFormat.TURTLE)]


def ontology(name: str, title: str) -> list[Triple]:
    """A graph with a header and a title."""
    return [
        Triple(NamedNode(name), A, _ONTOLOGY),
        *in_turtle(f'<{name}> dcterms:title "{title}" .'),
    ]
