"""What pulling and pushing have in common: the graphs of a service, and what was done with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from pyoxigraph import Triple

from kb_service.client.graph_files import digest_of_content
from kb_service.client.problems import NotFound
from kb_service.client.rengang import Rengang
from kb_service.findings import Finding

_ONTOLOGIES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT DISTINCT ?graph WHERE {
  GRAPH ?graph { ?graph a owl:Ontology }
  FILTER (?graph != <https://w3id.org/rengang/rules>)
} ORDER BY ?graph"""
_SHIPPED = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?graph WHERE { <https://w3id.org/rengang/store> dcterms:hasPart ?graph }"""


class Step(Enum):
    """What was done with a graph, or why nothing was."""

    WRITTEN = "a new file was written"
    RENEWED = "the file was replaced by what the service has now"
    REMOVED = "the file was removed, since the service has the graph no more"
    SENT = "the graph was sent"
    SUBMITTED = "the position model was handed in as a new version"
    DELETED = "the graph was deleted on the service"

    SAME = "both sides have the same"
    CHANGED_HERE = "changed here only; a pull leaves it alone"
    NEW_HERE = "only here; a pull leaves it alone"
    CHANGED_THERE = "changed on the service only; a push leaves it alone"
    MISSING_HERE = "no file here; it is deleted on the service only with --delete"
    MISSING_THERE = "the service has it no more; the file is removed only with --delete"
    WAITING = "this content was handed in already and waits to be published"

    CONFLICT = "changed on both sides"
    SHIPPED = "ships with the product and cannot be changed on a service"
    REFUSED = "the service refused what it says"
    FORBIDDEN = "the caller may not write it"
    NOT_DONE = "not tried, because something else went wrong before"

    @property
    def changes(self) -> bool:
        """Whether something was written, here or there."""
        return self in _CHANGES

    @property
    def fails(self) -> bool:
        """Whether something that was asked for was not done."""
        return self in _FAILURES


_CHANGES = {Step.WRITTEN, Step.RENEWED, Step.REMOVED, Step.SENT, Step.SUBMITTED, Step.DELETED}
_FAILURES = {Step.CONFLICT, Step.SHIPPED, Step.REFUSED, Step.FORBIDDEN, Step.NOT_DONE}


@dataclass(frozen=True)
class Outcome:
    """What became of one graph. `detail` is what the service said or where it put something."""

    step: Step
    graph: str
    file: str
    detail: str = ""
    findings: tuple[Finding, ...] = ()


def held_back(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes as they are when one is a conflict: nothing is done with any graph then."""
    if not any(outcome.step is Step.CONFLICT for outcome in outcomes):
        return list(outcomes)
    return [
        replace(outcome, step=Step.NOT_DONE) if outcome.step.changes else outcome
        for outcome in outcomes
    ]


@dataclass(frozen=True)
class RemoteGraph:
    """A graph as the service has it, and the tag under which it may be written."""

    name: str
    triples: Sequence[Triple]
    etag: str

    @cached_property
    def digest(self) -> str:
        """The digest of what it says."""
        return digest_of_content(self.triples)


def remote_graph(service: Rengang, name: str) -> RemoteGraph | None:
    """A graph of the service, None when there is none that the caller may read."""
    try:
        found = service.graph(name)
    except NotFound:
        return None
    return RemoteGraph(name, found.triples, found.etag or "")


def remote_ontologies(service: Rengang) -> Mapping[str, RemoteGraph]:
    """Every graph that begins with a header and that the caller may read, by name.

    Those are ontology modules, frameworks, training catalogues and position models. The rules are
    left out, which the service writes for those who exchange them and nobody can edit as a graph.
    """
    names = [str(row["graph"]) for row in service.query(_ONTOLOGIES)]
    found = (remote_graph(service, name) for name in names)
    return {graph.name: graph for graph in found if graph is not None}


def shipped_graphs(service: Rengang) -> frozenset[str]:
    """The names of the graphs that the service fills from the files of the product."""
    return frozenset(str(row["graph"]) for row in service.query(_SHIPPED))
