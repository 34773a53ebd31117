"""One contradiction, and the words by which a person can resolve it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding
from kb_service.reasoning.axioms import Axiom
from kb_service.reasoning.profile import Term
from kb_service.reasoning.sentences import LANGUAGES, Labels, labels_in, named, sentence
from kb_service.reasoning.telling import SUB_CLASS
from kb_service.vocabulary import shorten

_MOST_SENTENCES = 12


@dataclass(frozen=True)
class Contradiction:
    """A class that nothing can belong to, or the whole when there is none, and the axioms at fault.

    `through` is a class above, explained elsewhere, that passes it on. Without axioms the search
    was not begun in time; when not `minimal`, it was broken off, and some are innocent.
    """

    focus: NamedNode | None
    axioms: tuple[Axiom, ...] = ()
    minimal: bool = False
    through: NamedNode | None = None


def finding_of(contradiction: Contradiction, said: Iterable[Triple]) -> Finding:
    """What cannot be and why, in words; its value is the axioms at fault, a triple in each line."""
    labels = labels_in(said)
    focus = contradiction.focus
    message = {
        language: f"{_what(focus, labels, language)}{_why(contradiction, labels, language)}"
        for language in LANGUAGES
    }
    shown = contradiction.axioms[:_MOST_SENTENCES]
    value = "\n".join(_line(fact) for axiom in shown for fact in axiom.triples)
    return Finding("violation", message, focus=focus.value if focus else "", value=value)


def _what(focus: NamedNode | None, labels: Labels, language: str) -> str:
    if focus is None:
        return {"zh": "本体自相矛盾：", "en": "The ontology contradicts itself: "}[language]
    name = named(focus, labels, language)
    return {
        "zh": f"任何事物都不可能是{name}（{shorten(focus)}）：",
        "en": f"Nothing can be {name:a} ({shorten(focus)}): ",
    }[language]


def _why(contradiction: Contradiction, labels: Labels, language: str) -> str:
    if contradiction.focus and contradiction.through:
        above = named(contradiction.through, labels, language)
        below = named(contradiction.focus, labels, language)
        return {
            "zh": f"凡{below}都是{above}，而{above}也不可能有。原因见该类。",
            "en": f"every {below} is {above:a}, and nothing can be that either. See there.",
        }[language]
    if not contradiction.axioms:
        return {
            "zh": "没来得及找出原因。请撤回最近的改动，再逐项加回。",
            "en": "there was no time to find out why. "
            "Take back the latest change, then add its parts one by one.",
        }[language]
    count = len(contradiction.axioms)
    listed = _listed(contradiction.axioms, labels, language)
    if not contradiction.minimal:
        return {
            "zh": f"时限内只查到原因在以下 {count} 条之中：{listed}。",
            "en": f"in the time allowed, the cause was narrowed down to these {count} "
            f"statements: {listed}.",
        }[language]
    both = _both(contradiction, labels, language)
    if count == 1:
        return {"zh": f"{listed}。请改正这一条。", "en": f"{listed}. Correct that."}[language]
    return {
        "zh": f"{both}以下 {count} 条不能同时成立：{listed}。请改正或撤回其中一条。",
        "en": f"{both}these {count} statements cannot all hold: {listed}. "
        "Correct one of them or take it back.",
    }[language]


def _both(contradiction: Contradiction, labels: Labels, language: str) -> str:
    """That it would have to belong to two classes at once, when this is all there is to it."""
    apart = [axiom for axiom in contradiction.axioms if axiom.only_separates]
    if contradiction.focus is None or len(apart) != 1:
        return ""
    above = _above(contradiction.focus, contradiction.axioms)
    pair = sorted(above & apart[0].terms, key=str)
    if len(pair) != 2:
        return ""
    first, second = (named(term, labels, language) for term in pair)
    return {
        "zh": f"它必须既是{first}又是{second}，而没有事物能同时是这两者。",
        "en": f"it would have to be both {first:a} and {second:a}, and nothing can be both; ",
    }[language]


def _above(name: NamedNode, axioms: Sequence[Axiom]) -> set[Term]:
    """The class and the named classes that these axioms put above it."""
    found, waiting = set[Term](), list[Term]([name])
    while waiting:
        if (term := waiting.pop()) not in found:
            found.add(term)
            heads = (axiom.head for axiom in axioms)
            waiting += [
                head.object
                for head in heads
                if head.subject == term
                and head.predicate == SUB_CLASS
                and isinstance(head.object, NamedNode)
            ]
    return found


def _listed(axioms: Sequence[Axiom], labels: Labels, language: str) -> str:
    shown = axioms[:_MOST_SENTENCES]
    sentences = (sentence(axiom, labels, _terms_beside(axiom, axioms))[language] for axiom in shown)
    numbered = [
        f"（{n}）{said}" if language == "zh" else f"({n}) {said}"
        for n, said in enumerate(sentences, 1)
    ]
    if len(axioms) > len(shown):
        numbered.append("……" if language == "zh" else "…")
    return ("；" if language == "zh" else "; ").join(numbered)


def _terms_beside(axiom: Axiom, axioms: Sequence[Axiom]) -> set[Term]:
    return {term for other in axioms if other is not axiom for term in other.terms}


def _line(fact: Triple) -> str:
    terms = (fact.subject, fact.predicate, fact.object)
    return " ".join(shorten(t) if isinstance(t, NamedNode) else str(t) for t in terms) + " ."
