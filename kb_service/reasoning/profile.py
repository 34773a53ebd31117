"""What OWL tools misread without a word: undeclared terms, mixed kinds, foreign datatypes, keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.findings import Finding
from kb_service.vocabulary import BASE, NAMESPACES, A, iri, shorten

Term = NamedNode | BlankNode | Literal | Triple

BUILT_IN = tuple(NAMESPACES[prefix] for prefix in ("owl", "rdf", "rdfs", "xsd"))
_KINDS = {
    iri("owl", kind): kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
}
_CLASS = iri("owl", "Class")
_HAS_KEY = iri("owl", "hasKey")
_SUB_CLASS = iri("rdfs", "subClassOf")
_FIRST, _REST = iri("rdf", "first"), iri("rdf", "rest")
_NAMES_A_CLASS = {
    A,
    _SUB_CLASS,
    iri("rdfs", "domain"),
    iri("owl", "disjointWith"),
    iri("owl", "equivalentClass"),
    iri("owl", "onClass"),
}
_NAMES_A_PROPERTY = {
    iri("rdfs", "subPropertyOf"),
    iri("owl", "equivalentProperty"),
    iri("owl", "inverseOf"),
    iri("owl", "onProperty"),
}
_LISTS_CLASSES = {
    iri("owl", "disjointUnionOf"),
    iri("owl", "intersectionOf"),
    iri("owl", "unionOf"),
}
_DATATYPE_NAMES = (
    "string normalizedString token language Name NCName NMTOKEN anyURI boolean hexBinary "
    "base64Binary decimal integer nonNegativeInteger nonPositiveInteger positiveInteger "
    "negativeInteger long int short byte unsignedLong unsignedInt unsignedShort unsignedByte "
    "double float dateTime dateTimeStamp"
)
_FACET_NAMES = (
    "minInclusive minExclusive maxInclusive maxExclusive length minLength maxLength pattern"
)
_TEXT = {iri("rdf", "langString"), iri("rdf", "PlainLiteral")}
_DATATYPES = {iri("xsd", name) for name in _DATATYPE_NAMES.split()} | _TEXT
FACETS = {iri("xsd", name) for name in _FACET_NAMES.split()}


class _Graph:
    """Triples by subject and predicate, with what they declare."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = list(triples)
        self.values: dict[tuple[Term, NamedNode], list[Term]] = defaultdict(list)
        self.subjects: set[Term] = set()
        self.kinds: dict[Term, set[str]] = defaultdict(set)
        self.classes: set[Term] = set()
        for triple in self.triples:
            self.subjects.add(triple.subject)
            self.values[triple.subject, triple.predicate].append(triple.object)
            if triple.predicate == A and isinstance(triple.object, NamedNode):
                if kind := _KINDS.get(triple.object):
                    self.kinds[triple.subject].add(kind)
                if triple.object == _CLASS:
                    self.classes.add(triple.subject)

    def listed(self, head: Term) -> Iterator[Term]:
        """The members of an RDF list; one that leads back into itself ends there."""
        passed = set[Term]()
        while head not in passed and (first := self.values.get((head, _FIRST))):
            passed.add(head)
            yield first[0]
            head = next(iter(self.values[head, _REST]), head)

    def with_ancestors(self, classes: Iterable[Term]) -> set[Term]:
        """The classes and every named class above them."""
        found: set[Term] = set()
        waiting = list(classes)
        while waiting:
            if (name := waiting.pop()) not in found:
                found.add(name)
                waiting += [o for o in self.values[name, _SUB_CLASS] if isinstance(o, NamedNode)]
        return found


def profile_faults(triples: Iterable[Triple]) -> list[Finding]:
    """What is not OWL 2 DL, or points to something that nothing describes."""
    graph = _Graph(triples)
    return [
        *_undeclared_terms(graph),
        *_mixed_kinds(graph),
        *_foreign_datatypes(graph),
        *_misused_properties(graph),
        *_undescribed_things(graph),
    ]


def _undeclared_terms(graph: _Graph) -> Iterator[Finding]:
    properties = {triple.predicate for triple in graph.triples}
    classes: set[NamedNode] = set()
    for triple in graph.triples:
        if triple.predicate in _NAMES_A_PROPERTY and isinstance(triple.object, NamedNode):
            properties.add(triple.object)
        if triple.predicate in _NAMES_A_CLASS and isinstance(triple.object, NamedNode):
            classes.add(triple.object)
        if triple.predicate in _LISTS_CLASSES:
            classes |= {o for o in graph.listed(triple.object) if isinstance(o, NamedNode)}
        if triple.predicate == _HAS_KEY:
            properties |= {o for o in graph.listed(triple.object) if isinstance(o, NamedNode)}
    for term in sorted((properties - set(graph.kinds)) - FACETS, key=str):
        if not term.value.startswith(BUILT_IN):
            yield _fault(
                term,
                f"请声明属性 {shorten(term)}，例如 {shorten(term)} a owl:ObjectProperty。",
                f"Declare the property {shorten(term)}, "
                f"for example {shorten(term)} a owl:ObjectProperty.",
            )
    for term in sorted(classes - graph.classes, key=str):
        if not term.value.startswith(BUILT_IN):
            yield _fault(
                term,
                f"请声明类 {shorten(term)}：{shorten(term)} a owl:Class。",
                f"Declare the class {shorten(term)}: {shorten(term)} a owl:Class.",
            )


def _mixed_kinds(graph: _Graph) -> Iterator[Finding]:
    for term, kinds in graph.kinds.items():
        if isinstance(term, NamedNode) and len(kinds) > 1:
            names = " / ".join(sorted(kinds))
            yield _fault(
                term,
                f"{shorten(term)} 被声明为多种属性（{names}），请只保留一种。",
                f"{shorten(term)} is declared as {names}. Keep one of them.",
            )
        if term in graph.classes and isinstance(term, NamedNode):
            yield _fault(
                term,
                f"{shorten(term)} 既是类又是属性，请改用两个名称。",
                f"{shorten(term)} is both a class and a property. Give one of them another name.",
            )


def _foreign_datatypes(graph: _Graph) -> Iterator[Finding]:
    found: dict[NamedNode, Term] = {}
    for triple in graph.triples:
        term = triple.object.datatype if isinstance(triple.object, Literal) else triple.object
        if (
            isinstance(term, NamedNode)
            and (isinstance(triple.object, Literal) or term.value.startswith(NAMESPACES["xsd"]))
            and term not in _DATATYPES
        ):
            found.setdefault(term, triple.subject)
    for datatype, subject in sorted(found.items(), key=str):
        yield _fault(
            subject,
            f"OWL 2 DL 没有数据类型 {shorten(datatype)}。请删去值域声明，改由 SHACL 约束检查。",
            f"OWL 2 DL has no datatype {shorten(datatype)}. "
            "Remove it here and let a shape check it.",
        )


def _misused_properties(graph: _Graph) -> Iterator[Finding]:
    for triple in graph.triples:
        kinds = graph.kinds.get(triple.predicate, set())
        name = shorten(triple.predicate)
        if kinds == {"ObjectProperty"} and isinstance(triple.object, Literal):
            yield _fault(
                triple.subject,
                f"{name} 的值应当是一个资源，而不是文字 {triple.object}。",
                f"The value of {name} must be a thing, not the text {triple.object}.",
            )
        if kinds == {"DatatypeProperty"} and not isinstance(triple.object, Literal):
            yield _fault(
                triple.subject,
                f"{name} 的值应当是文字或数值，而不是 {triple.object}。",
                f"The value of {name} must be a text or a number, not {triple.object}.",
            )


def _undescribed_things(graph: _Graph) -> Iterator[Finding]:
    """Names of ours that are pointed to but described nowhere: misspelt, most likely."""
    pointed_to = {
        triple.object
        for triple in graph.triples
        if isinstance(triple.object, NamedNode)
        and graph.kinds.get(triple.predicate) == {"ObjectProperty"}
    } | {
        member
        for (_, predicate), values in list(graph.values.items())
        if predicate == _FIRST
        for member in values
        if isinstance(member, NamedNode)
    }
    for term in sorted(pointed_to - graph.subjects, key=str):
        if isinstance(term, NamedNode) and term.value.startswith(BASE):
            yield _fault(
                term,
                f"{shorten(term)} 被引用，但没有任何文件描述它。请检查拼写，或补充描述。",
                f"{shorten(term)} is referred to but described nowhere. "
                "Check its spelling or describe it.",
            )


def key_clashes(triples: Iterable[Triple]) -> list[Finding]:
    """Different individuals of a class that agree in what `owl:hasKey` says makes them the same.

    Names of ours are names of different things, which OWL does not know: a reasoner would take two
    such individuals for one. Comparing them here takes no time, in HermiT it takes minutes.
    """
    graph = _Graph(triples)
    keys: dict[Term, list[NamedNode]] = {
        triple.subject: [o for o in graph.listed(triple.object) if isinstance(o, NamedNode)]
        for triple in graph.triples
        if triple.predicate == _HAS_KEY
    }
    holders: dict[tuple[Term, tuple[str, ...]], list[Term]] = defaultdict(list)
    for thing in sorted(graph.subjects, key=str):
        for owner in graph.with_ancestors(graph.values.get((thing, A), [])) & set(keys):
            values = [graph.values.get((thing, p), []) for p in keys[owner]]
            if all(values):
                holders[owner, tuple(str(value[0]) for value in values)].append(thing)
    return [
        _fault(
            same[0],
            f"{_names(same)} 的标识相同。请为它们取不同的标识，或合并为一个。",
            f"{_names(same)} have the same key. Give them different ones or make them one.",
        )
        for same in holders.values()
        if len(same) > 1
    ]


def _names(things: Iterable[Term]) -> str:
    return ", ".join(shorten(t) if isinstance(t, NamedNode) else str(t) for t in things)


def _fault(focus: Term, zh: str, en: str) -> Finding:
    name = focus.value if isinstance(focus, NamedNode) else ""
    return Finding("violation", {"zh": zh, "en": en}, focus=name)
