"""What follows from shared knowledge by the meaning of its words, kept while that stays the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding
from kb_service.reasoning.axioms import Axiom, axioms_of, digest
from kb_service.reasoning.cache import Answer, keep_answer, kept_answer
from kb_service.reasoning.consistency import explained
from kb_service.reasoning.denials import denial
from kb_service.reasoning.java import NoJava, find_java, no_java
from kb_service.reasoning.ntriples import read
from kb_service.reasoning.reading import (
    Reading,
    is_fruitful,
    readable,
    values_above,
    without_values,
)
from kb_service.reasoning.reasoner import Reasoner, ReasonerFailed
from kb_service.reasoning.reasoner_process import Response
from kb_service.reasoning.side_by_side import SideBySide, denying
from kb_service.reasoning.standing_in import StandIns, without_idle
from kb_service.reasoning.telling import SUB_PROPERTY

CLASSIFYING_SECONDS = 120.0
"""How long a reasoner may think before it is stopped and the rules answer alone."""
REASONS_SECONDS = 30.0
"""How long the reasons of what only a reasoner can see are looked for, all together."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Inferences:
    """What follows, without what was given; `reasoner` is the one that answered.

    `reasons` are, for what OWL 2 RL cannot derive, the facts it follows from. `notes` say what
    keeps the answer from being complete.
    """

    triples: tuple[Triple, ...] = ()
    reasoner: str = ""
    notes: tuple[Finding, ...] = ()
    unsatisfiable: tuple[NamedNode, ...] = ()
    reasons: Mapping[Triple, tuple[Triple, ...]] = field(default_factory=dict)
    from_cache: bool = False
    seconds: float = 0.0


class InconsistentOntology(ValueError):
    """The facts contradict each other, so that anything would follow; `findings` say why."""

    def __init__(self, findings: Sequence[Finding], reasoner: str) -> None:
        super().__init__("; ".join(finding.message["en"] for finding in findings))
        self.findings = tuple(findings)
        self.reasoner = reasoner


@dataclass(frozen=True)
class _Question:
    """What is asked of a reasoner: the facts as they are, and as it is given them."""

    all: tuple[Triple, ...]
    facts: tuple[Triple, ...]
    stand_ins: StandIns
    reading: Reading
    axioms: tuple[Axiom, ...]


def infer(
    triples: Iterable[Triple], *, reasoner: str = "hermit", cache: Path | None = None
) -> Inferences:
    """The types, subsumptions and property values that follow from the triples.

    `reasoner` is `hermit`, `pellet` or `owl-rl`. Without Java, or when a reasoner gives no answer
    in 120 seconds, the rules of OWL 2 RL answer and a note says so; when they too give none,
    nothing is inferred. Answers are kept in the folder `cache`, by what reasoners read: another
    number or label is no reason to ask again, nor is one more individual like those there are.
    Where nothing can follow, no reasoner is asked.
    Raises InconsistentOntology.
    """
    begun = time.monotonic()
    said = tuple(dict.fromkeys(triples))
    facts = tuple(readable(said))
    if not is_fruitful(facts):
        return Inferences(reasoner=reasoner)
    stand_ins = StandIns.of(without_idle(facts))
    reading = without_values(stand_ins.facts)
    question = _Question(said, facts, stand_ins, reading, tuple(axioms_of(reading.given)))
    notes: list[Finding] = []
    for name in dict.fromkeys((reasoner, "owl-rl")):
        kept = _kept(question, name, cache)
        try:
            answer = kept or _asked(question, name, cache)
        except NoJava:
            notes.append(no_java(name))
        except ReasonerFailed as error:
            notes.append(_no_answer(name, error))
        else:
            seconds = time.monotonic() - begun
            return _inferences(question, answer, name, notes, kept is not None, seconds)
    return Inferences(notes=tuple(notes))


def _kept(question: _Question, name: str, cache: Path | None) -> Answer | None:
    return kept_answer(cache, digest(question.axioms), name) if cache else None


def _asked(question: _Question, name: str, cache: Path | None) -> Answer:
    """What the reasoner of this name says; whoever asks the same meanwhile gets that answer too."""
    java = find_java()
    if java is None and name != "owl-rl":
        raise NoJava
    with _one_at_a_time:
        if kept := _kept(question, name, cache):
            return kept
        with Reasoner(java) as reasoner:
            response = reasoner.classify(name, question.reading.given, CLASSIFYING_SECONDS)
            if not response.consistent:
                found = explained(question.all, question.facts, response, reasoner, name)
                raise InconsistentOntology(found, name)
            answer = Answer(
                response.inferred.decode(),
                response.unsatisfiable,
                _reasons(question.axioms, response, reasoner, name),
            )
        if cache:
            keep_answer(cache, digest(question.axioms), name, answer)
    return answer


def _reasons(
    axioms: Sequence[Axiom], response: Response, reasoner: Reasoner, name: str
) -> dict[str, tuple[str, ...]]:
    """For each triple that the rules cannot derive, the names of the axioms it follows from."""
    beyond = sorted(read(response.beyond_rules), key=str)
    goals = [
        denying(
            _line(triple),
            (t for t in (triple.subject, triple.object) if isinstance(t, NamedNode)),
            denial(triple),
        )
        for triple in beyond
    ]
    if not goals:
        return {}
    end = time.monotonic() + REASONS_SECONDS
    search = SideBySide(axioms, partial(reasoner.empty_classes, name), end)
    return {
        str(goal.name): tuple(axiom.name for axiom in reasons.axioms)
        for goal, reasons in search.justifications(goals).items()
    }


def _inferences(
    question: _Question,
    answer: Answer,
    reasoner: str,
    notes: Sequence[Finding],
    from_cache: bool,
    seconds: float,
) -> Inferences:
    exact, empty = question.reading.exact, set(answer.unsatisfiable)
    inferred = {
        told: (triple, member)
        for triple in read(answer.inferred.encode())
        if isinstance(triple.object, NamedNode) or triple.predicate in exact
        for told, member in question.stand_ins.told(triple)
    }
    below = [t for t in (*question.facts, *inferred) if t.predicate == SUB_PROPERTY]
    found = {*inferred, *values_above(question.facts, below)}
    found = {triple for triple in found if str(triple.subject)[1:-1] not in empty}
    reasons = {
        triple: _meant(question, answer.reasons[_line(source)], member)
        for triple, (source, member) in sorted(inferred.items(), key=str)
        if triple in found and _line(source) in answer.reasons
    }
    return Inferences(
        tuple(sorted(found - set(question.facts), key=str)),
        reasoner,
        tuple(notes),
        tuple(map(NamedNode, answer.unsatisfiable)),
        reasons,
        from_cache,
        seconds,
    )


def _meant(
    question: _Question, names: Iterable[str], member: NamedNode | None
) -> tuple[Triple, ...]:
    """The facts that axioms with these names stand for, where they are about this individual."""
    given, wanted = question.reading.given, set(names)
    meant = {
        axiom.name: [question.stand_ins.said_of(member, given[t]) for t in axiom.triples]
        for axiom in question.axioms
        if axiom.name in wanted
    }
    return tuple(fact for name in names for fact in meant[name])


def _line(triple: Triple) -> str:
    return f"{triple} ."


def _without_trace(error: ReasonerFailed) -> str:
    """What the reasoner printed, without Java's list of calls, in one line of bearable length."""
    lines = (line for line in str(error).splitlines() if not line.startswith("\tat "))
    return " ".join(" ".join(lines).split())[:400]


def _no_answer(reasoner: str, error: ReasonerFailed) -> Finding:
    reason = _without_trace(error)
    if reasoner == "owl-rl":
        return Finding(
            "warning",
            {
                "zh": f"OWL 2 RL 规则没有给出答案（{reason}），没有推出任何事实。请检查最近上传的本体是否过大或过于复杂。",
                "en": f"The rules of OWL 2 RL gave no answer ({reason}), so nothing was inferred. "
                "See whether an ontology uploaded lately is too large or too complex.",
            },
        )
    return Finding(
        "warning",
        {
            "zh": f"{reasoner} 没有给出答案（{reason}）。现改用 OWL 2 RL 规则推理：得出的都成立，但可能不全。"
            "请运行 rengang check --consistency，看本体是否超出 OWL 2 DL。",
            "en": f"{reasoner} gave no answer ({reason}). The rules of OWL 2 RL were used instead: "
            "all they conclude holds, but they may miss some. "
            "Run rengang check --consistency to see whether the ontology goes beyond OWL 2 DL.",
        },
    )
