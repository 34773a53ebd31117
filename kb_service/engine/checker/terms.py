"""The terms that a rule uses: declared, agreed with its header, and none about a protected attribute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from pyoxigraph import NamedNode
from rdflib import RDF, URIRef
from rdflib.term import Node

from kb_service.engine.checker.algebra import Triples, walk
from kb_service.engine.checker.ontology import Attribute
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import Book, Thing
from kb_service.engine.checker.texts import BODY, HEAD, shown
from kb_service.findings import Finding
from kb_service.vocabulary import BASE, NAMESPACES, iri, local_id

_CHINESE = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+")


def _terms(rule: ParsedRule) -> Iterator[tuple[URIRef, str]]:
    """Every IRI in the patterns of a rule, each once in a part."""
    patterns = [p for node in walk(rule.body) if isinstance(node, Triples) for p in node.patterns]
    for part, triples in ((HEAD, rule.head), (BODY, patterns)):
        used = dict.fromkeys(t for triple in triples for t in triple if isinstance(t, URIRef))
        yield from ((term, part) for term in used if term != RDF.type)


def undeclared_faults(book: Book) -> Iterator[Finding]:
    """Terms that no module declares: most of them are typing mistakes."""
    for rule in book.rules:
        for term, part in _terms(rule):
            is_rule = part == HEAD and str(term).startswith(NAMESPACES["rule"])
            if not is_rule and str(term) not in book.ontology.declared:
                yield _undeclared(book, rule, term, part)


def _undeclared(book: Book, rule: ParsedRule, term: URIRef, part: str) -> Finding:
    name = shown(term)
    names = {shown(each): each for each in book.ontology.declared if each.startswith(BASE)}
    meant = get_close_matches(name, names, n=1, cutoff=0.75)
    zh, en = "请改用已有的词，或先在本体中声明它。", "use one it has, or declare it there first."
    if meant:
        zh, en = f"是否想写 {meant[0]}？", f"did you mean {meant[0]}?"
    return rule.source.violation(
        rule.source.line_of(term, part),
        f"本体和政策里都没有 {name}；{zh}",
        f"Neither ontology nor policy declares {name}; {en}",
        name,
    )


def deprecated_faults(book: Book) -> Iterator[Finding]:
    """Terms that are understood now and gone in the next major version."""
    for rule in book.rules:
        for term, part in _terms(rule):
            if instead := sorted(map(shown, book.ontology.replaced.get(str(term), ()))):
                zh, en = "、".join(instead), " or ".join(instead)
                yield rule.source.warning(
                    rule.source.line_of(term, part),
                    f"{shown(term)} 已停用；请改写为 {zh}。",
                    f"{shown(term)} is deprecated; write {en} instead.",
                    shown(term),
                )


def agreement_faults(book: Book) -> Iterator[Finding]:
    """Headers that do not name what the rule reads and writes."""
    for rule in book.rules:
        yield from _written(book, rule)
        yield from _read(book, rule)


def _named(rule: ParsedRule, field: str) -> dict[str, str]:
    """The terms of a header line, in full, with the names that stand there."""
    found = {}
    for name in rule.header.names(field):
        prefix, _, local = name.partition(":")
        if prefix in NAMESPACES:
            found[iri(prefix, local).value] = name
    return found


def _written(book: Book, rule: ParsedRule) -> Iterator[Finding]:
    named = _named(rule, "Writes")
    if not rule.header.fields.get("Writes"):
        return
    classes = book.classes_of(rule)
    if classes != named.keys():
        right = ", ".join(sorted(map(shown, classes)))
        yield rule.source.violation(
            rule.header.lines.get("Writes", 1),
            f"文件头与规则不符；请写：# Writes:  {right}",
            f"The header does not say what the rule writes; make it: # Writes:  {right}",
        )


def _read(book: Book, rule: ParsedRule) -> Iterator[Finding]:
    if not rule.header.fields.get("Reads"):
        return
    line = rule.header.lines["Reads"]
    named = _named(rule, "Reads")
    things = book.read[rule.name]
    for thing in things:
        if isinstance(thing.subject, URIRef) and str(thing.subject) not in named:
            yield _not_named(rule, line, str(thing.subject))
        for name in sorted(_classes(book, thing)):
            if not book.ontology.broader(name) & named.keys():
                yield _not_named(rule, line, name)
    for term in named.keys() - _about(book, things):
        yield rule.source.violation(
            line,
            f"文件头写了 {named[term]}，规则却没有读它；请从“Reads”中删去。",
            f"The header names {named[term]}, which the rule does not read; remove it from Reads.",
            named[term],
        )


def _classes(book: Book, thing: Thing) -> frozenset[str]:
    """The classes named, or for want of them those of the conclusions that can be met."""
    if thing.classes:
        return thing.classes
    named = [name for writer in book.writers(thing) for name in book.classes_of(writer)]
    told = any(name.startswith(NAMESPACES["judgement"]) for name in thing.properties)
    return frozenset(named) if told else frozenset()


def _about(book: Book, things: tuple[Thing, ...]) -> frozenset[str]:
    """Everything that a header may name for what is read."""
    found: set[str] = set()
    for thing in things:
        found |= {str(thing.subject)} | thing.properties
        for name in _classes(book, thing):
            found |= book.ontology.broader(name)
        for name in thing.properties:
            found |= book.ontology.domains.get(name, frozenset())
            found |= book.ontology.ranges.get(name, frozenset())
    return frozenset(found)


def _not_named(rule: ParsedRule, line: int, term: str) -> Finding:
    name = shown(term)
    return rule.source.violation(
        line,
        f"规则读了 {name}，文件头却没有写；请加到“Reads”一行。",
        f"The rule reads {name} and its header does not say so; add it to Reads.",
        name,
    )


def protected_faults(book: Book) -> Iterator[Finding]:
    """Reading of anything about a person on which no judgement may rest."""
    for rule in book.rules:
        for term, part in _terms(rule):
            if str(term) == rule.rule.iri.value:
                continue
            for attribute in book.ontology.protected:
                if word := _telling_word(book, term, attribute):
                    yield rule.source.violation(
                        rule.source.line_of(term, part),
                        f"{shown(term)}（“{word}”）涉及受保护的属性“{attribute.label.get('zh', '')}”，"
                        "对人的判断不得以此为据；请删去这一条件。政策中的 judgement:ProtectedAttribute 列出了全部。",
                        f"{shown(term)} (“{word}”) is about {attribute.label.get('en', '').lower()},"
                        " a protected attribute on which no judgement of a person may rest; remove"
                        " this condition. The policy lists all of them as judgement:ProtectedAttribute.",
                        shown(term),
                    )


def _telling_word(book: Book, term: Node, attribute: Attribute) -> str:
    """The word in the name or labels of a term that tells it is about the attribute, if any."""
    node = NamedNode(str(term))
    labels = book.ontology.labels.get(node.value, {})
    texts = [local_id(node), *(label for language, label in labels.items() if language != "zh")]
    words = {word.lower() for text in texts for word in _WORD.findall(text)}
    for word in sorted(attribute.words):
        if _CHINESE.search(word):
            if word in labels.get("zh", ""):
                return word
        elif word in words:
            return word
    return ""
