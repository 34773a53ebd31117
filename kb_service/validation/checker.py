"""What the shapes say of a submission, seen beside the knowledge it speaks about."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any

import pyoxigraph
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, Triple
from pyshacl.pytypes import SHACLExecutor
from rdflib import URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result

from kb_service.findings import WORST_FIRST, Finding, violation
from kb_service.validation.echoes import distinct, without_echoes
from kb_service.validation.renewed_store import RenewedStore
from kb_service.validation.results import as_finding
from kb_service.validation.shapes import Shapes, TargetedShape, own_shapes
from kb_service.validation.suggestions import with_suggestions
from kb_service.validation.targets import Targets
from kb_service.validation.terms import Node, node, rdflib_triples, resource
from kb_service.validation.words import misspelled_namespaces, unknown_words
from kb_service.vocabulary import iri

MOST_FINDINGS = 1000
"""Beyond this many nobody reads on; the rest is counted, not listed."""
_PORTION = 1000
_NO_FILE = NamedNode("urn:x-rengang:no-file")
_CLOCK = iri("judgement", "clock")
_TODAY = iri("judgement", "today")
_XSD_DATE = iri("xsd", "date")


class Checker:
    """Checks submissions one after another; shapes and shared knowledge stay in memory.

    Not for threads: pySHACL and the merged graph belong to one check at a time. With
    `first_pass`, shapes that are SPARQL questions are asked of Oxigraph for the whole submission
    at once, and pySHACL looks only at the nodes found that way; the findings are the same.
    """

    def __init__(
        self,
        shapes: Shapes,
        context: Mapping[NamedNode, Iterable[Triple]],
        *,
        first_pass: bool = True,
    ) -> None:
        self._shapes = shapes
        self._first_pass = first_pass
        self._of_values = {shape.iri for shape in shapes.targeted if not shape.only_asks}
        self._graphs = {name: list(triples) for name, triples in context.items()}
        self._by_subject: dict[object, list[Triple]] = defaultdict(list)
        self._spoken_of = {
            name: {triple.subject for triple in triples}
            for name, triples in self._graphs.items()
            if name != _NO_FILE
        }
        for triple in dict.fromkeys(t for triples in self._graphs.values() for t in triples):
            self._by_subject[triple.subject].append(triple)
        self._graph = _PreparedGraph(store="SimpleMemory")
        self._facts = RenewedStore()
        self._add([triple for known in self._by_subject.values() for triple in known])

    def check(
        self, data: Sequence[Triple], today: date, beside: Iterable[Triple] = ()
    ) -> list[Finding]:
        """Everything that is wrong with what `data` says, violations first.

        Only subjects of `data` are looked at; what it says of them replaces what shared knowledge
        says. `beside` is further knowledge for this check alone, such as the person assessed.
        """
        data = [triple for triple in dict.fromkeys(data) if triple.predicate != _TODAY]
        subjects = {triple.subject for triple in data}
        hidden = self._superseded(subjects)
        kept_beside = [
            triple
            for triple in dict.fromkeys(beside)
            if triple.subject not in subjects
            and triple not in self._by_subject.get(triple.subject, ())
        ]
        clock = Triple(_CLOCK, _TODAY, Literal(today.isoformat(), datatype=_XSD_DATE))
        with self._merged([*data, *kept_beside, clock], hidden):
            findings = [*misspelled_namespaces(data), *unknown_words(data, self._graph)]
            targets = Targets(self._graph, map(resource, subjects))
            for shape in self._shapes.targeted:
                if len(findings) <= MOST_FINDINGS:
                    findings += self._findings(shape, targets.of(shape))
            findings = without_echoes(findings, data, self._of_values)
            findings = with_suggestions(findings, self._graph)
        return _in_order(findings)

    def focus_nodes(self, shape_iri: str, data: Sequence[Triple]) -> set[str]:
        """What a shape would look at in `data`: to tell an accepted node from an overlooked one."""
        subjects = {triple.subject for triple in data}
        with self._merged(data, self._superseded(subjects)):
            targets = Targets(self._graph, map(resource, subjects))
            return {
                str(focus)
                for shape in self._shapes.targeted
                if shape.iri == shape_iri
                for focus in targets.of(shape)
            }

    def _superseded(self, subjects: set[Any]) -> list[Triple]:
        """What shared knowledge says of nodes, and in files, that were handed in anew."""
        hidden = [triple for subject in subjects for triple in self._by_subject.get(subject, ())]
        for name, spoken_of in self._spoken_of.items():
            if name in subjects or (name not in spoken_of and spoken_of & subjects):
                hidden += self._graphs[name]
        return list(dict.fromkeys(hidden))

    @contextmanager
    def _merged(self, added: Sequence[Triple], hidden: Sequence[Triple]) -> Iterator[None]:
        known = [
            t for subject in {t.subject for t in added} for t in self._by_subject.get(subject, ())
        ]
        try:
            self._remove(hidden)
            self._add(added)
            yield
        finally:
            self._remove(added)
            self._add([*hidden, *known])

    def _add(self, triples: Sequence[Triple]) -> None:
        converted = list(rdflib_triples(triples))
        self._facts.extend(map(_quad, triples))
        for triple in converted:
            self._graph.add(triple)

    def _remove(self, triples: Sequence[Triple]) -> None:
        self._facts.remove(map(_quad, triples))
        for rdflib_triple in rdflib_triples(triples):
            self._graph.remove(rdflib_triple)

    def _findings(self, shape: TargetedShape, focus: list[Node]) -> list[Finding]:
        if focus and self._first_pass and shape.only_asks:
            suspects = self._suspects(shape, focus)
            focus = [one for one in focus if one in suspects]
        findings: list[Finding] = []
        for start in range(0, len(focus), _PORTION):
            findings += self._results(shape, focus[start : start + _PORTION])
            if len(findings) > MOST_FINDINGS:
                break
        return distinct(findings)

    def _suspects(self, shape: TargetedShape, focus: Sequence[Node]) -> set[Node]:
        """Whom Oxigraph answers the shape's questions with, and perhaps others."""
        suspects = set()
        for question in shape.questions:
            answers = self._facts.store.query(_asked_of(focus, question))
            if isinstance(answers, pyoxigraph.QuerySolutions):
                suspects |= {node(answer["this"]) for answer in answers if answer["this"]}
        return suspects

    def _results(self, shape: TargetedShape, focus: list[Node]) -> list[Finding]:
        executor = SHACLExecutor()
        try:
            _, results = shape.pyshacl.validate(executor, self._graph, focus=focus)
        except Exception:
            logging.getLogger(__name__).exception("shape %s", shape.iri)
            return [_unchecked(shape)]
        return [as_finding(shape, triples, self._shapes.graph) for _, _, triples in results]


class _PreparedGraph(rdflib.Graph):
    """A graph that parses each query text once: the parse costs more than the query.

    It is true without counting its triples, which pySHACL has it do for every result.
    """

    def __bool__(self) -> bool:
        return True

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Result:
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


_prepared = lru_cache(maxsize=500)(prepareQuery)


def _asked_of(focus: Sequence[Node], question: str) -> str:
    """The question about some nodes only, where they are few and can be named in SPARQL."""
    if len(focus) > _PORTION or not all(isinstance(one, URIRef) for one in focus):
        return question
    named = " ".join(str(NamedNode(str(one))) for one in focus)
    return question.replace("WHERE {", f"WHERE {{ VALUES ?this {{ {named} }}", 1)


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object)


def _unchecked(shape: TargetedShape) -> Finding:
    name = shape.iri.rsplit("/", 1)[-1]
    return violation(
        f"“{name}”无法检查这份数据；请去掉其中不寻常的值后再试。",
        f"{name} could not be checked on this data; remove unusual values and try again.",
    )


def _in_order(findings: list[Finding]) -> list[Finding]:
    found = sorted(
        findings, key=lambda one: (WORST_FIRST.index(one.severity), one.focus, one.shape, one.value)
    )
    if (more := len(found) - MOST_FINDINGS) <= 0:
        return found
    rest = Finding(
        "info",
        {
            "zh": f"另有 {more} 处以上问题未列出；请先改正以上各处再检查。",
            "en": f"At least {more} more are not listed; cure these first and check again.",
        },
    )
    return [*found[:MOST_FINDINGS], rest]


def validate_graph(data: Sequence[Triple], context: Iterable[Triple], today: date) -> list[Finding]:
    """What our shapes say of `data` beside `context`, which is read anew on every call.

    For many checks against the same knowledge keep a Checker.
    """
    return Checker(_shapes(), {_NO_FILE: context}).check(data, today)


@lru_cache(maxsize=1)
def _shapes() -> Shapes:
    return own_shapes()


__all__ = ["MOST_FINDINGS", "Checker", "validate_graph"]
