"""Axioms as sentences in Chinese and in English, with the labels of what they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.reasoning.axioms import Axiom
from kb_service.reasoning.phrases import PHRASES
from kb_service.reasoning.profile import Term
from kb_service.vocabulary import LABEL, A, iri, local_id, shorten

LANGUAGES = ("zh", "en")
Labels = Mapping[Term, Mapping[str, str]]

_FIRST, _REST = iri("rdf", "first"), iri("rdf", "rest")
_ON_PROPERTY, _INVERSE = iri("owl", "onProperty"), iri("owl", "inverseOf")
_STRING = iri("xsd", "string")
_SOUNDS_LIKE_YOU = ("eu", "one", "uni", "use")
_PAIRS = {
    "AllDisjointClasses": "disjointWith",
    "AllDifferent": "differentFrom",
    "AllDisjointProperties": "propertyDisjointWith",
}
_COUNTS = ("onClass", "onDataRange")
_MOST_CLAUSES = 100
"""More than anybody reads; a description that contains itself never ends."""


def labels_in(triples: Iterable[Triple]) -> Labels:
    """The labels that the triples give, by what they name and by language."""
    found: dict[Term, dict[str, str]] = defaultdict(dict)
    for triple in triples:
        if triple.predicate in (LABEL, iri("rdfs", "label")) and isinstance(triple.object, Literal):
            language = (triple.object.language or "en").split("-")[0]
            found[triple.subject].setdefault(language, triple.object.value)
    return found


def sentence(axiom: Axiom, labels: Labels, among: Collection[Term] | None = None) -> dict[str, str]:
    """What the axiom says, by language; for a kind of axiom without words, its triples.

    Of many things that are kept apart, only those `among` which the talk is are named.
    """
    return {language: _Speaker(axiom, labels, language, among).sentence() for language in LANGUAGES}


class _TooLong(Exception):
    """A sentence that has more clauses than anybody reads."""


@dataclass(frozen=True)
class Name:
    """A name in quotation marks; with its article when the format is `a`."""

    text: str
    language: str

    def __format__(self, form: str) -> str:
        if self.language == "zh":
            return f"「{self.text}」"
        begins = self.text.lower()
        vowel = begins.startswith(tuple("aeiou")) and not begins.startswith(_SOUNDS_LIKE_YOU)
        article = "an " if vowel else "a "
        return f"{article if form == 'a' else ''}“{self.text}”"


def named(term: Term, labels: Labels, language: str) -> Name:
    """What people call it: its label, or else the end of its IRI."""
    if isinstance(term, NamedNode):
        return Name(labels.get(term, {}).get(language) or local_id(term), language)
    return Name(term.value if isinstance(term, Literal) else str(term), language)


class _Speaker:
    """One axiom, in one language."""

    def __init__(
        self, axiom: Axiom, labels: Labels, language: str, among: Collection[Term] | None
    ) -> None:
        self._among = among
        self._axiom, self._labels, self._language = axiom, labels, language
        self._phrases = PHRASES[language]
        self._clauses = 0
        self._values: dict[tuple[Term, Term], list[Term]] = defaultdict(list)
        for triple in axiom.triples:
            self._values[triple.subject, triple.predicate].append(triple.object)

    def sentence(self) -> str:
        head = self._axiom.head
        try:
            said = self._typed(head) if head.predicate == A else self._stated(head)
        except _TooLong:
            said = ""
        return said or " ".join(self._written(triple) for triple in self._axiom.triples)

    def _typed(self, head: Triple) -> str:
        """What a triple with `rdf:type` says, which is many things."""
        kind = _owl_name(head.object)
        if pair := _PAIRS.get(kind):
            members = self._kept_apart(head.subject)
            if len(members) == 2:
                return self._say(pair, *map(self._name, members))
            return self._say(kind, self._join("comma", map(self._name, members)))
        if kind == "NegativePropertyAssertion":
            parts = ("sourceIndividual", "assertionProperty", "targetIndividual", "targetValue")
            found = [self._name(v) for part in parts for v in self._of(head.subject, part)]
            return self._say(kind, *found)
        if kind:
            return self._say(kind, self._name(head.subject))
        return self._say("type", self._name(head.subject), self._clause(head.object))

    def _kept_apart(self, subject: Term) -> list[Term]:
        members = [
            member
            for name in ("members", "distinctMembers")
            for head in self._of(subject, name)
            for member in self._list(head)
        ]
        meant = [member for member in members if self._among is None or member in self._among]
        return meant if len(meant) > 1 else members

    def _stated(self, head: Triple) -> str:
        kind = _owl_name(head.predicate)
        if not kind:
            return self._say("value", *map(self._name, (head.subject, head.predicate, head.object)))
        if kind in ("subClassOf", "equivalentClass"):
            said = self._clause(head.object)
            if isinstance(head.subject, NamedNode):
                return self._say(kind, self._name(head.subject), said)
            return self._say(f"{kind}-unnamed", self._clause(head.subject), said)
        if kind in ("domain", "range"):
            return self._say(kind, self._property(head.subject), self._clause(head.object))
        if kind == "propertyChainAxiom":
            steps = [self._property(step) for step in self._list(head.object)]
            return self._say(kind, self._join("step", steps), self._property(head.subject))
        if kind == "disjointUnionOf":
            listed = [self._name(member) for member in self._list(head.object)]
            return self._say(kind, self._name(head.subject), self._join("comma", listed))
        if kind in ("inverseOf", "subPropertyOf", "equivalentProperty", "propertyDisjointWith"):
            return self._say(kind, self._property(head.subject), self._property(head.object))
        return self._say(kind, self._name(head.subject), self._name(head.object))

    def _clause(self, term: Term) -> str:
        """What is said of something that belongs to a class."""
        self._clauses += 1
        if self._clauses > _MOST_CLAUSES:
            raise _TooLong
        if isinstance(term, NamedNode):
            return self._say("named", self._name(term))
        for kind, joint in (("intersectionOf", "and"), ("unionOf", "or")):
            for listed in self._of(term, kind):
                return self._join(joint, [self._clause(each) for each in self._list(listed)])
        for listed in self._of(term, "oneOf"):
            return self._say("oneOf", self._join("comma", map(self._name, self._list(listed))))
        for other in self._of(term, "complementOf"):
            if isinstance(other, NamedNode):
                return self._say("not-named", self._name(other))
            return self._say("complementOf", self._clause(other))
        return self._restriction(term)

    def _restriction(self, term: Term) -> str:
        property = next(iter(self._values[term, _ON_PROPERTY]), None)
        if property is None:
            return " ".join(self._written(t) for t in self._axiom.triples if t.subject == term)
        counted = next((v for name in _COUNTS for v in self._of(term, name)), None)
        for kind in self._phrases:
            for value in self._of(term, kind):
                if kind in ("someValuesFrom", "allValuesFrom"):
                    return self._say(kind, self._property(property), self._clause(value))
                if counted is not None:
                    parts = (self._name(value), self._property(property), self._clause(counted))
                    return self._say(kind, *parts)
                return self._say(kind, self._property(property), self._name(value))
        return " ".join(self._written(t) for t in self._axiom.triples if t.subject == term)

    def _property(self, term: Term) -> Name | str:
        for other in self._of(term, "inverseOf"):
            if not isinstance(term, NamedNode):
                return self._say("inverse", self._name(other))
        return self._name(term)

    def _of(self, subject: Term, name: str) -> list[Term]:
        return self._values.get((subject, iri("owl", name)), [])

    def _list(self, head: Term) -> list[Term]:
        members, passed = [], set[Term]()
        while head not in passed and (first := self._values.get((head, _FIRST))):
            passed.add(head)
            members.append(first[0])
            head = next(iter(self._values[head, _REST]), head)
        return members

    def _name(self, term: Term) -> Name | str:
        """The name of a thing; of a number, the number."""
        if isinstance(term, Literal) and term.datatype != _STRING:
            return term.value
        return named(term, self._labels, self._language)

    def _written(self, triple: Triple) -> str:
        terms = (triple.subject, triple.predicate, triple.object)
        return " ".join(shorten(t) if isinstance(t, NamedNode) else str(t) for t in terms) + " ."

    def _say(self, kind: str, *parts: Name | str) -> str:
        phrase = self._phrases.get(kind)
        return phrase.format(*parts) if phrase else ""

    def _join(self, kind: str, parts: Iterable[Name | str]) -> str:
        return self._phrases[kind].join(f"{part}" for part in parts)


def _owl_name(term: Term) -> str:
    """The name of one of OWL's own terms; empty for any other."""
    if isinstance(term, NamedNode):
        for prefix in ("owl", "rdfs"):
            if term.value.startswith(iri(prefix).value):
                return local_id(term)
    return ""
