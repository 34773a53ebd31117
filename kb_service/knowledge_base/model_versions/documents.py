"""The document of a version: which model and graph it is about, its text, and its triples again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kb_service.findings import RefusedInput, violation
from kb_service.knowledge_base.model_versions.numbers import UNSTATED, is_number
from kb_service.knowledge_base.sorting import sort_facts
from kb_service.store import as_stored
from kb_service.turtle_layout import CannotFormat, turtle_of
from kb_service.vocabulary import NAMESPACES, A, iri

ONTOLOGY = iri("owl", "Ontology")
POSITION_MODEL = iri("core", "PositionModel")
STATUS = iri("core", "status")
_VERSION = iri("core", "version")
_VERSION_INFO = iri("owl", "versionInfo")
_VERSION_IRI = iri("owl", "versionIRI")


@dataclass(frozen=True)
class ModelDocument:
    """A document about one position model; `number` is the version that it states."""

    graph: NamedNode
    model: NamedNode
    number: str
    triples: tuple[Triple, ...]

    @property
    def text(self) -> str:
        """The document in Turtle without a status, the same whenever it says the same."""
        return turtle(t for t in self.triples if (t.subject, t.predicate) != (self.model, STATUS))

    def with_status(self, status: str) -> list[Triple]:
        """What the document says, the model being in this status."""
        rest = [t for t in self.triples if (t.subject, t.predicate) != (self.model, STATUS)]
        return [*rest, Triple(self.model, STATUS, iri("status", status))]


def models_in(triples: Iterable[Triple]) -> list[NamedNode]:
    """The position models that these triples describe."""
    found = (t.subject for t in triples if t.predicate == A and t.object == POSITION_MODEL)
    return sorted({node for node in found if isinstance(node, NamedNode)}, key=str)


def status_in(triples: Iterable[Triple], model: NamedNode) -> str:
    """The status that these triples give a model; "" for none."""
    prefix = NAMESPACES["status"]
    for triple in triples:
        if (triple.subject, triple.predicate) == (model, STATUS):
            named = triple.object
            return named.value.removeprefix(prefix) if isinstance(named, NamedNode) else ""
    return ""


def unsaid_status(triples: Iterable[Triple]) -> list[Triple]:
    """That a model which is given no status is a draft: authors need not say so."""
    known = list(triples)
    said = {triple.subject for triple in known if triple.predicate == STATUS}
    return [
        Triple(model, STATUS, iri("status", "draft"))
        for model in models_in(known)
        if model not in said
    ]


def submitted(triples: Sequence[Triple]) -> ModelDocument:
    """A document that was handed in, its version number told the same wherever it is told.

    Raises RefusedInput unless it is about one position model and nothing else, in one ontology that
    states a version number, and has one way to be written.
    """
    facts = sort_facts(triples)
    if facts.people:
        raise _refused(
            "岗位模型的文件里不能有关于人员的内容；请另行导入。",
            "A position model's document holds nothing about people; import that by itself.",
        )
    models = models_in(triples)
    if len(models) != 1:
        raise _refused(
            "请写且只写一个岗位模型，例如 model:team-leader a core:PositionModel 。",
            "Describe exactly one position model, as in model:team-leader a core:PositionModel .",
            ", ".join(model.value for model in models),
        )
    (graph,) = facts.shared
    number = _stated(triples, graph, models[0])
    if not is_number(number):
        raise _refused(
            f'请在文件头写明版本号，例如 <{graph.value}> owl:versionInfo "0.2.0"。',
            f'State a version number in the header, as in <{graph.value}> owl:versionInfo "0.2.0".',
            number,
        )
    told = (_VERSION, _VERSION_INFO, _VERSION_IRI)
    rest = [t for t in triples if t.predicate not in told or t.subject not in (graph, models[0])]
    stated = [
        Triple(models[0], _VERSION, Literal(number)),
        Triple(graph, _VERSION_INFO, Literal(number)),
        Triple(graph, _VERSION_IRI, NamedNode(f"{graph.value}/{number}")),
    ]
    document = ModelDocument(graph, models[0], number, tuple(as_stored([*rest, *stated])))
    try:
        turtle_of(document.triples)
    except CannotFormat as error:
        raise _refused(error.zh, error.en) from error
    return document


def in_graph(graph: NamedNode, triples: Sequence[Triple], model: NamedNode) -> ModelDocument:
    """What a graph that is stored says of one of its models, as it stands."""
    number = _stated(triples, graph, model) or UNSTATED
    return ModelDocument(graph, model, number, tuple(triples))


def read_document(text: str, model: NamedNode, number: str) -> ModelDocument:
    """The document that a text of ours is."""
    triples = tuple(quad.triple for quad in parse(text, format=RdfFormat.TURTLE))
    headers = [t.subject for t in triples if t.predicate == A and t.object == ONTOLOGY]
    graph = next(node for node in headers if isinstance(node, NamedNode))
    return ModelDocument(graph, model, number, triples)


def digest_of_text(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _stated(triples: Iterable[Triple], graph: NamedNode, model: NamedNode) -> str:
    """The version that the header states, or else the model itself; "" for none."""
    found = {(t.subject, t.predicate): t.object for t in triples if isinstance(t.object, Literal)}
    for place in ((graph, _VERSION_INFO), (model, _VERSION)):
        if place in found:
            return found[place].value
    return ""


def turtle(triples: Iterable[Triple]) -> str:
    """The triples in Turtle, the same whenever they say the same.

    Blank nodes that cannot be laid out come as N-Triples, which are Turtle too.
    """
    known = list(triples)
    try:
        return turtle_of(known)
    except CannotFormat:
        lines = sorted(known, key=str)
        return (serialize(lines, format=RdfFormat.N_TRIPLES) or b"").decode()


def _refused(zh: str, en: str, value: str = "") -> RefusedInput:
    return RefusedInput((violation(zh, en, value=value),))
