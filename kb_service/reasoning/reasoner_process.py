"""What runs in the reasoner's own process: HermiT or Pellet through owlready2, and OWL RL."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import resource
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kb_service.reasoning.axioms import Axiom, axioms_of
from kb_service.reasoning.hermit import Inconsistent, NoAnswer, empty_classes
from kb_service.reasoning.justification import Surroundings
from kb_service.reasoning.ntriples import read, written
from kb_service.reasoning.owl_rl import Closure, closure, words_of
from kb_service.reasoning.telling import as_subsumptions, telling
from kb_service.vocabulary import BASE, A, iri
from kb_service.worker_process import receive, send

HEAP_MB = 1000
_MEMORY_MB = 3000
_WHOLE = NamedNode(BASE + "ontology")
_PROBE = NamedNode(BASE + "ontology/reasoner-probe#Impossible")
_MEMBER = NamedNode(BASE + "ontology/reasoner-probe#member")
_CLASS, _NOTHING = iri("owl", "Class"), iri("owl", "Nothing")


@dataclass(frozen=True)
class Request:
    """Facts as N-Triples for `hermit`, `pellet` or `owl-rl`; `java` is where the first two run.

    `asks` is for `consistency` (can the facts all hold?), `soundness` (that, and can every class
    have members?) or `everything` (that, and what follows?).
    """

    reasoner: str
    facts: bytes
    java: str
    asks: str


@dataclass(frozen=True)
class Response:
    """What a reasoner found: N-Triples without the given facts, or why it found nothing.

    `beyond_rules` is the part of `inferred` that OWL RL alone would have missed. `clashes` are
    contradictions in the words of owlrl.
    """

    failure: str = ""
    consistent: bool = True
    clashes: tuple[str, ...] = ()
    unsatisfiable: tuple[str, ...] = ()
    inferred: bytes = b""
    beyond_rules: bytes = b""


def run(descriptor: int, folder: str) -> None:
    """Answer requests on the socket `descriptor`, and end when the one who asks has gone.

    `folder` holds the temporary files of this process, and goes with it then.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError):
        limit = _MEMORY_MB * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    channel = socket.socket(fileno=descriptor)
    threading.Thread(target=_end_with, args=(channel, folder), daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            request: Request = pickle.loads(receive(channel, sys.maxsize))
            try:
                response = answer(request)
            except Exception as error:
                response = Response(failure=f"{type(error).__name__}: {error}")
            send(channel, pickle.dumps(response))


def answer(request: Request) -> Response:
    """What the reasoner has to say."""
    facts = read(request.facts)
    if request.reasoner == "owl-rl":
        return _by_rules(facts, closure(facts), request.asks)
    try:
        if request.reasoner == "hermit" and request.asks != "everything":
            return Response(unsatisfiable=_empty_by_hermit(request, facts))
        return _by_both(request, facts)
    except Inconsistent:
        return Response(consistent=False)
    except NoAnswer as error:
        return Response(failure=str(error))


def _by_both(request: Request, facts: list[Triple]) -> Response:
    with ThreadPoolExecutor(1) as pool:
        # Java runs in a process of its own, so that the rules have this one for themselves.
        ruled = pool.submit(closure, facts if request.asks == "everything" else ())
        new, unsatisfiable = _by_tableau(request, facts)
    if request.asks != "everything":
        return Response(unsatisfiable=unsatisfiable)
    return _completed(facts, ruled.result(), new, unsatisfiable)


def _by_rules(facts: Sequence[Triple], found: Closure, asks: str) -> Response:
    if found.clashes:
        return Response(consistent=False, clashes=found.clashes)
    return Response(
        unsatisfiable=() if asks == "consistency" else _empty_by_rules(facts),
        inferred=written(telling(found.triples, facts)) if asks == "everything" else b"",
    )


def _empty_by_rules(facts: Sequence[Triple]) -> tuple[str, ...]:
    """Classes of which one member would be a contradiction, as far as the rules see.

    All classes get a member at once. Without a clash none is at fault; otherwise those that the
    clashes name are looked at one by one, for members of different classes can get mixed up.
    """
    axioms = [axiom for axiom in axioms_of(facts) if not axiom.individuals]
    names = {fact.subject for fact in facts if fact.predicate == A and fact.object == _CLASS}
    classes = sorted((name for name in names if isinstance(name, NamedNode)), key=str)
    members = {
        Triple(NamedNode(f"{_MEMBER.value}{number}"), A, name): name
        for number, name in enumerate(classes)
    }
    words = words_of(closure([*_facts_of(axioms), *members]).clashes)
    surroundings = Surroundings(axioms)
    return tuple(
        name.value
        for member, name in members.items()
        if str(member.subject)[1:-1] in words
        and closure([*_facts_of(surroundings.above(name)), member]).clashes
    )


def _facts_of(axioms: Sequence[Axiom]) -> list[Triple]:
    return [fact for axiom in axioms for fact in axiom.triples]


def _completed(
    facts: Sequence[Triple], ruled: Closure, new: set[Triple], unsatisfiable: tuple[str, ...]
) -> Response:
    """Both together: of what the reasoner found the rules may derive more, and the reverse.

    HermiT names the nearest classes only and leaves out values of properties above a property.
    """
    beyond = telling(as_subsumptions(new), facts) - ruled.triples
    found = closure([*ruled.triples, *beyond]) if beyond else ruled
    return Response(
        unsatisfiable=unsatisfiable,
        inferred=written(telling(found.triples, facts)),
        beyond_rules=written(beyond),
    )


def _empty_by_hermit(request: Request, facts: Sequence[Triple]) -> tuple[str, ...]:
    empty = empty_classes(request.java, written([*facts, *_probe()]), HEAP_MB)
    if _PROBE.value not in empty:
        raise NoAnswer("HermiT did not look at the classes of the ontology")
    return tuple(name for name in empty if name != _PROBE.value)


def _by_tableau(request: Request, facts: list[Triple]) -> tuple[set[Triple], tuple[str, ...]]:
    """What owlready2 adds to the facts, and the classes that nothing can belong to."""
    import owlready2

    world = owlready2.World()
    _load(world, [*facts, *_probe()])
    owlready2.JAVA_EXE = request.java
    owlready2.reasoning.JAVA_MEMORY = HEAP_MB
    printed = io.StringIO()
    ask = getattr(owlready2, f"sync_reasoner_{request.reasoner}")
    try:
        with contextlib.redirect_stderr(printed):
            ask(world, infer_property_values=request.asks == "everything", debug=2)
    except owlready2.OwlReadyInconsistentOntologyError as error:
        raise Inconsistent from error
    except owlready2.OwlReadyJavaError as error:
        raise NoAnswer(str(error)) from error
    empty = {found.iri for found in world.inconsistent_classes()}
    if _PROBE.value not in empty:
        raise NoAnswer(f"{request.reasoner} did not classify the ontology:\n{printed.getvalue()}")
    new = _dumped(world) - {*facts, *_probe()}
    world.close()
    return new, tuple(sorted(empty - {_PROBE.value, _NOTHING.value}))


def _probe() -> list[Triple]:
    """A header, and a class known to be empty: the reasoner has worked when it says so."""
    return [
        Triple(_WHOLE, A, iri("owl", "Ontology")),
        Triple(_PROBE, A, iri("owl", "Class")),
        Triple(_PROBE, iri("rdfs", "subClassOf"), _NOTHING),
    ]


def _load(world: object, facts: Sequence[Triple]) -> None:
    """Fill the world, as N-Triples: given Turtle, owlready2 loads nothing and says nothing."""
    ontology = world.get_ontology(_WHOLE.value)  # type: ignore[attr-defined]
    file = io.BytesIO(written(facts))
    ontology.load(fileobj=file, only_local=True)
    if len(ontology.graph) != len(set(facts)):
        raise NoAnswer(f"owlready2 loaded {len(ontology.graph)} of {len(facts)} triples")


def _dumped(world: object) -> set[Triple]:
    """Everything between named things in the world."""
    file = io.BytesIO()
    world.save(file, format="ntriples")  # type: ignore[attr-defined]
    return {
        triple
        for triple in read(file.getvalue())
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode)
    }


def _end_with(channel: socket.socket, folder: str) -> None:
    """End this process and the Java it may have started when the other side closes the channel."""
    poll = select.poll()
    poll.register(channel, 0)
    poll.poll()
    shutil.rmtree(folder, ignore_errors=True)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
