"""The house style of ontologies: how terms are named, and what each says of itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding
from kb_service.vocabulary import BASE, IDENTIFIER, LABEL, A, iri, shorten

_CLASS = iri("owl", "Class")
_OBJECT_PROPERTY, _DATATYPE_PROPERTY = iri("owl", "ObjectProperty"), iri("owl", "DatatypeProperty")
_PROPERTIES = (_OBJECT_PROPERTY, _DATATYPE_PROPERTY, iri("owl", "AnnotationProperty"))
_DEFINITION, _EVIDENCE = iri("skos", "definition"), iri("core", "evidence")
_LANGUAGES = ("en", "zh")
_UNNAMED = {
    iri("core", "Requirement"),
    *(iri("performance", name) for name in ("Standard", "KPIItem", "BehaviourItem", "RaterWeight")),
}
"""They have no label of their own: a requirement gives its reason, a standard describes behaviour,
and parts of a plan are called after what they weigh."""
_UNDEFINED_CLASSES = {iri("judgement", "PolicyStatement")}
"""A number or choice of policy has a label that says all there is to say."""

_UPPER_CAMEL = re.compile(r"[A-Z][A-Za-z0-9]*")
_LOWER_CAMEL = re.compile(r"[a-z][A-Za-z0-9]*")
_KEBAB = re.compile(r"[A-Z]|[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[a-z0-9]+)*)*")
_SINGULAR_IN_S = ("ss", "us", "is", "news", "series")


Individuals = Mapping[NamedNode, set[NamedNode]]
"""Which classes each individual is of."""
HOUSE_STYLE = iri("shape", "house-style")
"""The rule that findings of the house style are about."""


@dataclass
class _Said:
    """What is said of the terms of ours."""

    kinds: dict[NamedNode, set[NamedNode]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[tuple[NamedNode, NamedNode], list[Literal]] = field(
        default_factory=lambda: defaultdict(list)
    )
    above: dict[NamedNode, set[NamedNode]] = field(default_factory=lambda: defaultdict(set))
    with_evidence: set[NamedNode] = field(default_factory=set)
    inverses: set[NamedNode] = field(default_factory=set)
    other_labels: set[NamedNode] = field(default_factory=set)


class HouseStyle:
    """The house style of documents beside what is known: what kind a thing is, others may say."""

    def __init__(self, known: Iterable[Triple] = ()) -> None:
        said = _said(known)
        self._classes = _classes(said)
        self._above = said.above
        self._homes = _homes(_individuals(said, self._classes))

    def faults(self, triples: Iterable[Triple]) -> list[Finding]:
        """Where terms of ours are not named, labelled or defined as the house style has it.

        Words of other vocabularies keep their own style. Findings have severity `info` and name the
        term and, where they miss or dislike what it says of itself, the property.
        """
        said = _said(triples)
        for kind, above in self._above.items():
            said.above[kind] |= above
        classes = _classes(said)
        properties = {term for term, kinds in said.kinds.items() if kinds & {*_PROPERTIES}}
        individuals = _individuals(said, classes | self._classes)
        homes = _homes(individuals)
        for kind, known in self._homes.items():
            homes[kind] += known
        found = [
            *_names_of_words(classes, properties),
            *_names_of_individuals(individuals, homes),
            *_texts_of_words(classes | properties, said),
            *_texts_of_individuals(individuals, said),
            *_inverses(said),
        ]
        return sorted(found, key=lambda each: (each.focus, each.message["en"]))


def house_style_faults(triples: Iterable[Triple]) -> list[Finding]:
    """The same of all ontologies together."""
    return HouseStyle().faults(triples)


def _classes(said: _Said) -> set[NamedNode]:
    return {term for term, kinds in said.kinds.items() if _CLASS in kinds}


def _individuals(said: _Said, classes: set[NamedNode]) -> Individuals:
    return {term: kinds & classes for term, kinds in said.kinds.items() if kinds & classes}


def _homes(individuals: Individuals) -> dict[NamedNode, Counter[str]]:
    """For each class, below which names how many of its individuals are."""
    homes: dict[NamedNode, Counter[str]] = defaultdict(Counter)
    for term, kinds in individuals.items():
        for kind in kinds:
            homes[kind][_start_of(term)] += 1
    return homes


def _said(triples: Iterable[Triple]) -> _Said:
    said = _Said()
    for triple in triples:
        term, value = triple.subject, triple.object
        if not isinstance(term, NamedNode) or not term.value.startswith(BASE):
            continue
        if triple.predicate == A and isinstance(value, NamedNode):
            said.kinds[term].add(value)
        elif triple.predicate == iri("rdfs", "subClassOf") and isinstance(value, NamedNode):
            said.above[term].add(value)
        elif triple.predicate == _EVIDENCE:
            said.with_evidence.add(term)
        elif triple.predicate == iri("owl", "inverseOf"):
            said.inverses.add(term)
        elif triple.predicate == iri("rdfs", "label"):
            said.other_labels.add(term)
        elif isinstance(value, Literal):
            said.texts[term, triple.predicate].append(value)
    return said


# Names


def _names_of_words(
    classes: Iterable[NamedNode], properties: Iterable[NamedNode]
) -> Iterator[Finding]:
    for term in classes:
        name = _end_of(term)
        if not _UPPER_CAMEL.fullmatch(name):
            yield _fault(
                term,
                f"类名用英文单数名词，各词首字母大写，例如 core:CareerType；{shorten(term)} 不是这样。",
                f"Name a class by a noun in the singular, each word with a capital, such as "
                f"core:CareerType; {shorten(term)} is none.",
            )
        elif (noun := name.split("Of")[0]).endswith("s") and not noun.endswith(_SINGULAR_IN_S):
            yield _fault(
                term,
                f"类名用单数：{shorten(term)} 看来是复数，去掉末尾的 s 即可。",
                f"Name a class in the singular: {shorten(term)} looks like a plural.",
            )
    for term in properties:
        if not _LOWER_CAMEL.fullmatch(_end_of(term)):
            yield _fault(
                term,
                "属性名以小写字母开头，其后各词首字母大写，例如 core:requiredLevel；"
                f"{shorten(term)} 不是这样。",
                "Begin the name of a property with a small letter and each further word with a "
                f"capital, such as core:requiredLevel; {shorten(term)} does not.",
            )


def _names_of_individuals(
    individuals: Individuals, homes: Mapping[NamedNode, Counter[str]]
) -> Iterator[Finding]:
    for term, kinds in individuals.items():
        name = _end_of(term)
        if not _KEBAB.fullmatch(name):
            yield _fault(
                term,
                "个体的名称用小写英文单词，以连字符相连，例如 ability:time-management；"
                f"{shorten(term)} 不是这样。",
                "Name an individual by words in small letters joined by hyphens, such as "
                f"ability:time-management; {shorten(term)} is not.",
            )
        for kind in kinds:
            usual, _ = homes[kind].most_common(1)[0]
            if _start_of(term) != usual:
                yield _fault(
                    term,
                    f"{shorten(kind)} 的个体都放在 {usual} 之下；请给 {shorten(term)} 改名。",
                    f"Individuals of {shorten(kind)} have names below {usual}; rename "
                    f"{shorten(term)}.",
                )


# Texts


def _texts_of_words(words: Iterable[NamedNode], said: _Said) -> Iterator[Finding]:
    for term in words:
        yield from _once_in_each_language(term, LABEL, said)
        yield from _once_in_each_language(term, _DEFINITION, said)
        yield from _definition_by_itself(term, said)
    for term in said.other_labels:
        yield _fault(
            term,
            f"名称写在 skos:prefLabel 里；请把 {shorten(term)} 的 rdfs:label 改过来。",
            f"A label is given by skos:prefLabel; change the rdfs:label of {shorten(term)}.",
        )


def _texts_of_individuals(individuals: Individuals, said: _Said) -> Iterator[Finding]:
    for term, kinds in individuals.items():
        if not kinds & _UNNAMED:
            yield from _once_in_each_language(term, LABEL, said)
            if not any(said.above[kind] & _UNDEFINED_CLASSES for kind in kinds):
                yield from _once_in_each_language(term, _DEFINITION, said)
        ids = [each.value for each in said.texts.get((term, IDENTIFIER), [])]
        if ids and ids != [_end_of(term)]:
            yield _fault(
                term,
                f'编号就是名称的最后一段：请写 dcterms:identifier "{_end_of(term)}"。',
                f'The id is the last part of the name: write dcterms:identifier "{_end_of(term)}".',
                IDENTIFIER,
            )
        if term not in said.with_evidence:
            yield _fault(
                term,
                f"请写明 {shorten(term)} 有什么依据，例如 core:evidence evidence:assumed。",
                f"Say what {shorten(term)} rests on, for example core:evidence evidence:assumed.",
                _EVIDENCE,
            )


def _once_in_each_language(term: NamedNode, predicate: NamedNode, said: _Said) -> Iterator[Finding]:
    languages = Counter(each.language or "" for each in said.texts.get((term, predicate), []))
    name = shorten(predicate)
    for language in _LANGUAGES:
        if languages[language] == 0:
            yield _fault(
                term,
                f"{shorten(term)} 缺少一条 {name}，语言标记为 @{language}。",
                f"{shorten(term)} lacks a {name} with the language tag @{language}.",
                predicate,
            )
        elif languages[language] > 1:
            yield _fault(
                term,
                f"{shorten(term)} 有 {languages[language]} 条 @{language} 的 {name}，请只留一条。",
                f"{shorten(term)} has {languages[language]} {name} in @{language}; keep one.",
                predicate,
            )
    if other := sorted(set(languages) - {*_LANGUAGES}):
        tags = "、".join(f"@{each}" if each else "（无）" for each in other)
        yield _fault(
            term,
            f"{shorten(term)} 的 {name} 只用 @zh 和 @en；现有：{tags}。",
            f"The {name} of {shorten(term)} are tagged @zh and @en only.",
            predicate,
        )


def _definition_by_itself(term: NamedNode, said: _Said) -> Iterator[Finding]:
    """A class that is defined by its own label says nothing; checked in English, word by word.

    In Chinese a label of two characters is part of many other words.
    """
    labels = [t.value.lower() for t in said.texts.get((term, LABEL), []) if t.language == "en"]
    for definition in said.texts.get((term, _DEFINITION), []):
        text = definition.value.lower()
        if definition.language != "en" or _CLASS not in said.kinds[term]:
            continue
        if any(re.search(rf"\b{re.escape(label)}\b", text) for label in labels):
            yield _fault(
                term,
                f"{shorten(term)} 的英文释义里用了它自己的名称；请写属于哪一类、有何不同。",
                f"The definition of {shorten(term)} uses its own label; say of which kind it is "
                "and what sets it apart.",
                _DEFINITION,
            )


def _inverses(said: _Said) -> Iterator[Finding]:
    for term in said.inverses:
        yield _fault(
            term,
            f"不设反向属性：请删去 {shorten(term)} 的 owl:inverseOf，查询时用 ^ 反着走。",
            f"Have no inverse properties: remove the owl:inverseOf of {shorten(term)}; a query "
            "goes the other way by ^.",
        )


def _end_of(term: NamedNode) -> str:
    return re.split(r"[/#]", term.value)[-1]


def _start_of(term: NamedNode) -> str:
    return term.value[: -len(_end_of(term))]


def _fault(focus: NamedNode, zh: str, en: str, path: NamedNode | None = None) -> Finding:
    return Finding(
        "info",
        {"zh": zh, "en": en},
        focus=focus.value,
        path=path.value if path else "",
        shape=HOUSE_STYLE.value,
    )
