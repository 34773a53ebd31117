"""Whether a rule about people keeps to one person: another's facts must never be mixed in."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import URIRef, Variable
from rdflib.term import Node

from kb_service.engine.checker.algebra import (
    Algebra,
    Minus,
    Optional,
    SubSelect,
    Triples,
    Union,
    existences,
    inputs,
    visible,
)
from kb_service.engine.checker.binding import certain
from kb_service.engine.checker.ontology import PERSON
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.partitions import Partition
from kb_service.engine.checker.reading import OF_PERSON, Book, Thing, can_be
from kb_service.engine.checker.templates import definitions, iri_template
from kb_service.engine.checker.texts import BODY, HEAD, shown
from kb_service.engine.checker.ties import People, Ties, is_tied
from kb_service.engine.checker.values import Known
from kb_service.findings import Finding

_OWNER: Node = URIRef("urn:x-rengang:the-person-whom-the-rule-judges")


def person_faults(book: Book) -> Iterator[Finding]:
    """Every place at which a rule may join the facts of two people."""
    people = People(book)
    for rule in book.rules:
        owners = {o for _, predicate, o in rule.head if predicate == OF_PERSON}
        if not owners:
            yield from _reads_people_without_judging_them(book, people, rule)
        elif len(owners) > 1 or not isinstance(next(iter(owners)), Variable):
            yield _no_one_person(rule)
        else:
            yield from _Walk(people, rule, owners.pop()).faults()


class _Walk:
    """Goes through the body of one rule with what is tied to its person so far."""

    def __init__(self, people: People, rule: ParsedRule, person: Node) -> None:
        self._people = people
        self._rule = rule
        self._person = person
        self._ties = Ties(people.ties).of

    def faults(self) -> Iterator[Finding]:
        """Things of a person that nothing ties to the person whom the rule judges."""
        body = self._rule.body
        known = self._ties(body).joined(Partition.of([(self._person, _OWNER)]))
        for subject, absent in dict(self._untied(body, known)).items():
            yield self._not_tied(subject, absent)
        yield from self._conclusion_faults(known)
        yield from self._faults_of_head(known)

    def _faults_of_head(self, known: Partition) -> Iterator[Finding]:
        """Things that the conclusion leads to as its person's and that may be somebody else's."""
        defined = definitions(self._rule.body)
        for _, predicate, value in self._rule.head:
            declared = str(predicate) in self._people.declared_ties
            if declared and not is_tied(value, _OWNER, known, defined):
                yield self._not_tied(value, absent=False)

    def _untied(self, node: Algebra, known: Partition) -> Iterator[tuple[Node, bool]]:
        """Every thing of a person that is not tied to the rule's person, and whether negated."""
        if isinstance(node, Triples):
            for term in self._personal_terms(node):
                if not known.are_tied(term, _OWNER):
                    yield term, False
        for exists in existences(node):
            inside = self._seen_inside(node, exists.pattern, known)
            yield from ((term, True) for term, _ in self._untied(exists.pattern, inside))
        if isinstance(node, Minus):
            yield from self._untied(node.left, known)
            inside = self._seen_inside(node.left, node.right, known)
            yield from ((term, True) for term, _ in self._untied(node.right, inside))
        elif isinstance(node, Optional):
            yield from self._untied(node.left, known)
            yield from self._untied(node.right, known.joined(self._ties(node.right)))
        elif isinstance(node, Union):
            for side in (node.left, node.right):
                yield from self._untied(side, known.joined(self._ties(side)))
        elif isinstance(node, SubSelect):
            shared = frozenset(node.groups if node.groups is not None else visible(node))
            inside = known.among(shared | {_OWNER}).joined(self._ties(node.inner))
            yield from self._untied(node.inner, inside)
        else:
            for below in inputs(node):
                yield from self._untied(below, known)

    def _seen_inside(self, outside: Algebra, inside: Algebra, known: Partition) -> Partition:
        """What is tied inside MINUS or EXISTS: by variables that have a value on both sides."""
        shared = certain(outside, Known()) & certain(inside, Known())
        return known.among(shared | {_OWNER}).joined(self._ties(inside))

    def _personal_terms(self, node: Triples) -> Iterator[Node]:
        mine = self._people.things[self._rule.name]
        for subject, predicate, value in node.patterns:
            if subject in mine:
                yield subject
            if isinstance(value, Variable) and self._people.leads_to_a_person(predicate):
                yield value

    def _not_tied(self, subject: Node, absent: bool) -> Finding:
        name, person = shown(subject), shown(self._person)
        return self._rule.source.violation(
            self._rule.source.line_of(subject, BODY, subject=subject, absent=absent),
            f"{name} 属于某个人，但这里没有什么把它和 {person} 联系起来，别人的事实会混进来；"
            f"请加上：{self._tie_for(subject)}",
            f"{name} belongs to a person, and nothing here ties it to {person}: the facts of"
            f" somebody else would be mixed in. Add: {self._tie_for(subject)}",
            name,
        )

    def _tie_for(self, subject: Node) -> str:
        """A pattern that would tie something to the person, in one step or in two."""
        ontology = self._people.book.ontology
        name, person = shown(subject), shown(self._person)
        kind = self._people.kind_of(self._rule, subject)
        if kind is not None and kind.name == PERSON:
            return f"FILTER ({name} = {person})"
        for step in sorted(kind.properties & self._people.ties) if kind else ():
            ranges = ontology.ranges.get(step, frozenset())
            if PERSON in ranges:
                return f"{name} {shown(step)} {person} ."
            for between in ontology.personal:
                if between.name in ranges:
                    last = min(
                        n for n in between.properties if PERSON in ontology.ranges.get(n, ())
                    )
                    return f"{name} {shown(step)} ?its . ?its {shown(last)} {person} ."
        return f"{name} {shown(OF_PERSON)} {person} ."

    def _conclusion_faults(self, known: Partition) -> Iterator[Finding]:
        """A conclusion whose IRI two people would share."""
        conclusion = Variable(self._rule.rule.conclusion_variable)
        template = iri_template(conclusion, definitions(self._rule.body))
        holes = template.holes if template else ()
        names = (hole.variable for hole in holes if hole.variable and not hole.after)
        if not any(known.are_tied(name, _OWNER) for name in names):
            name, person = shown(conclusion), shown(self._person)
            yield self._rule.source.violation(
                self._rule.source.line_of(conclusion, HEAD),
                f'{name} 的 IRI 不是由 {person} 造出的，两个人会共用同一个结论；请写：BIND (IRI(CONCAT(STR({person}), "/…/", …)) AS {name})',
                f"The IRI of {name} is not made from {person}, so two people would share one"
                f' conclusion; write: BIND (IRI(CONCAT(STR({person}), "/…/", …)) AS {name})',
                name,
            )


def _reads_people_without_judging_them(
    book: Book, people: People, rule: ParsedRule
) -> Iterator[Finding]:
    for thing in book.read[rule.name]:
        if people.may_be_personal(thing) and not _may_be_shared(book, people, thing):
            name = shown(thing.subject)
            yield rule.source.violation(
                rule.source.line_of(thing.subject, BODY),
                f"{name} 属于某个人，而结论没有写明关于谁，这条规则在共有知识上永远得不出结论；请在结论中加上 judgement:ofPerson ?person。",
                f"{name} belongs to a person and the conclusion does not say to whom, so the rule"
                " runs over shared knowledge and finds nothing; add judgement:ofPerson ?person to"
                " the head.",
                name,
            )


def _may_be_shared(book: Book, people: People, thing: Thing) -> bool:
    shared = [book.written[rule.name] for rule in book.rules if not book.judges_people(rule)]
    admitted = book.ontology.admitted - book.ontology.personal
    return any(
        can_be(thing, kind, book.ontology) for kind in (*book.ontology.asserted, *admitted, *shared)
    )


def _no_one_person(rule: ParsedRule) -> Finding:
    return rule.source.violation(
        rule.source.line_of(OF_PERSON, HEAD),
        "一个结论只能关于一个人；请在结论中写且只写一次：judgement:ofPerson ?person。",
        "A conclusion is about one person; say so exactly once in the head:"
        " judgement:ofPerson ?person.",
    )
