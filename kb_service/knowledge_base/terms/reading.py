"""Terms read from graphs: the shared graphs of a store, or the files of the knowledge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.terms.alignments import MAPPING_PROPERTIES, alignments_in
from kb_service.knowledge_base.terms.book import (
    Alignment,
    Kind,
    Module,
    Near,
    Statement,
    Support,
    Term,
    TermBook,
    TermTexts,
    Texts,
)
from kb_service.knowledge_base.terms.facts import Facts
from kb_service.knowledge_base.terms.sentences import sentences_about
from kb_service.reasoning.profile import BUILT_IN
from kb_service.store import KnowledgeStore
from kb_service.vocabulary import (
    BASE,
    LABEL,
    POLICY_GRAPH,
    RULES_GRAPH,
    A,
    iri,
    is_shared,
    local_id,
)

Graphs = Mapping[NamedNode, Sequence[Triple]]

_ONTOLOGY = iri("owl", "Ontology")
_KINDS = {
    iri("owl", "Class"): Kind.CLASS,
    iri("owl", "ObjectProperty"): Kind.OBJECT_PROPERTY,
    iri("owl", "DatatypeProperty"): Kind.DATATYPE_PROPERTY,
    iri("owl", "AnnotationProperty"): Kind.ANNOTATION_PROPERTY,
}
_SUB_CLASS, _SUB_PROPERTY = iri("rdfs", "subClassOf"), iri("rdfs", "subPropertyOf")
_DOMAIN, _RANGE = iri("rdfs", "domain"), iri("rdfs", "range")
_IMPORTS, _SOURCE = iri("owl", "imports"), iri("dcterms", "source")
_TITLE = iri("dcterms", "title")
_DEFINITION, _ALTERNATIVE = iri("skos", "definition"), iri("skos", "altLabel")
_SCOPE_NOTE, _EXAMPLE = iri("skos", "scopeNote"), iri("skos", "example")
_NOTES = (iri("skos", "note"), iri("skos", "editorialNote"))
_EVIDENCE = tuple(
    iri("core", name) for name in ("evidence", "definitionEvidence", "placementEvidence")
)
_DEPRECATED, _REPLACED_BY = iri("owl", "deprecated"), iri("dcterms", "isReplacedBy")
_TOLD_OTHERWISE = {
    *(A, LABEL, _TITLE, _SOURCE, _DEFINITION, _ALTERNATIVE, _SCOPE_NOTE, _EXAMPLE),
    *(_DEPRECATED, _REPLACED_BY, *_NOTES, *_EVIDENCE, *MAPPING_PROPERTIES),
}
_REQUIRES, _ABOUT = iri("core", "requires"), iri("core", "dimension")
_BETWEEN = {"zh": "：", "en": ": "}

_ROOT = NamedNode(BASE + "ontology")
_BELOW_ONTOLOGY = BASE + "ontology/"
_MODELS = _BELOW_ONTOLOGY + "models/"
_WITHOUT_HEADER: Mapping[NamedNode, tuple[Texts, Texts]] = {
    POLICY_GRAPH: (
        {"zh": "政策", "en": "Policy"},
        {
            "zh": "判断所依据的数值和选择，各组织可以修改；来源没有给出的，属本项目暂定。",
            "en": "The numbers and choices by which judgements are made, for an organisation to "
            "change. What no source gives is this project's own.",
        },
    ),
    RULES_GRAPH: (
        {"zh": "规则", "en": "Rules"},
        {
            "zh": "由事实得出什么，一条规则一个结论，先用一句话说清楚，再写成查询。",
            "en": "What follows from facts: one conclusion to a rule, said in a sentence before it "
            "is written as a query.",
        },
    ),
}
"""Titles and descriptions of graphs that say neither of themselves."""


def graphs_with_terms(store: KnowledgeStore) -> dict[NamedNode, list[Triple]]:
    """The shared graphs of a store that declare terms: those headed as an ontology, and policy."""
    headed = store.graphs_with(A, _ONTOLOGY) | {POLICY_GRAPH}
    return {name: store.graph(name) for name in headed if is_shared(name.value)}


def read_terms(graphs: Graphs) -> TermBook:
    """Every term that the graphs declare, and every graph as a module.

    Words of OWL, RDF and XML Schema are no terms. What several modules declare, as they do foreign
    words, belongs to the one that imports the least.
    """
    ordered = sorted(graphs.items(), key=lambda each: (_count_imports(each[1]), each[0].value))
    facts = Facts(triple for _, triples in ordered for triple in triples)
    homes: dict[NamedNode, NamedNode] = {}
    for name, triples in ordered:
        for term in _declared(triples, facts):
            homes.setdefault(term, name)
    reader = _Reader(facts, homes, ordered)
    terms = {term.value: reader.term(term) for term in sorted(homes, key=_in_order)}
    modules = (_module(name, facts, terms) for name, _ in ordered)
    return TermBook(terms, {module.path: module for module in modules})


def _in_order(term: NamedNode) -> tuple[str, str]:
    return term.value.casefold(), term.value


def _count_imports(triples: Iterable[Triple]) -> int:
    return sum(triple.predicate == _IMPORTS for triple in triples)


def _declared(triples: Iterable[Triple], facts: Facts) -> list[NamedNode]:
    """What some triples declare as a class, a property, or a member of a class of the ontology."""
    return [
        triple.subject
        for triple in triples
        if triple.predicate == A
        and isinstance(triple.subject, NamedNode)
        and not triple.subject.value.startswith(BUILT_IN)
        and (triple.object in _KINDS or triple.object in facts.classes)
    ]


class _Reader:
    """Makes terms from facts."""

    def __init__(
        self,
        facts: Facts,
        homes: Mapping[NamedNode, NamedNode],
        graphs: Iterable[tuple[NamedNode, Sequence[Triple]]],
    ) -> None:
        self._facts, self._homes = facts, homes
        self._sentences = sentences_about(facts.triples)
        self._alignments: Mapping[str, tuple[Alignment, ...]] = alignments_in(facts)
        self._models = _used_by_models(graphs)

    def term(self, term: NamedNode) -> Term:
        """The term with this IRI, which is declared."""
        facts = self._facts
        types = facts.values(term, A)
        kind = next((found for type, found in _KINDS.items() if type in types), Kind.INDIVIDUAL)
        return Term(
            iri=term.value,
            kind=kind,
            module=self._homes[term].value,
            texts=self._texts(term),
            support=self._support(term),
            near=self._near(term, kind),
            sentences=self._sentences.get(term.value, ()),
            alignments=self._alignments.get(term.value, ()),
            models=tuple(sorted(self._models.get(term.value, ()))),
            deprecated=facts.text(term, _DEPRECATED) in ("true", "1"),
            replaced_by=facts.named(term, _REPLACED_BY),
        )

    def _texts(self, term: NamedNode) -> TermTexts:
        texts = self._facts.texts
        return TermTexts(
            label=texts(term, LABEL) or texts(term, _TITLE) or self._borrowed_label(term),
            alternatives=texts(term, _ALTERNATIVE),
            definition=texts(term, _DEFINITION),
            scope_note=texts(term, _SCOPE_NOTE),
            example=texts(term, _EXAMPLE),
            note=texts(term, *_NOTES),
        )

    def _borrowed_label(self, term: NamedNode) -> Texts:
        """Of a requirement: whose it is and what it is about."""
        about = [each for each in self._facts.values(term, _ABOUT) if isinstance(each, NamedNode)]
        if not about:
            return {}
        holders = self._facts.pointing(term, _REQUIRES)
        parts = [self._facts.texts(NamedNode(each), LABEL) for each in holders]
        parts.append(self._facts.texts(about[0], LABEL))
        return {
            language: between.join(part[language] for part in parts if language in part)
            for language, between in _BETWEEN.items()
        }

    def _support(self, term: NamedNode) -> Support:
        evidence, definition, placement = (
            next((local_id(v) for v in self._facts.values(term, p) if isinstance(v, NamedNode)), "")
            for p in _EVIDENCE
        )
        return Support(evidence, definition, placement, self._facts.named(term, _SOURCE))

    def _near(self, term: NamedNode, kind: Kind) -> Near:
        facts = self._facts
        if kind is Kind.CLASS:
            return Near(
                above=facts.named(term, _SUB_CLASS),
                below=facts.pointing(term, _SUB_CLASS),
                members=facts.pointing(term, A),
                in_domain_of=self._properties_with(term, _DOMAIN),
                in_range_of=self._properties_with(term, _RANGE),
            )
        if kind is Kind.INDIVIDUAL:
            types = [value for value in facts.values(term, A) if value in facts.classes]
            return Near(
                classes=tuple(sorted(t.value for t in types if isinstance(t, NamedNode))),
                statements=tuple(self._statements(term)),
                named_by=tuple(self._named_by(term)),
            )
        return Near(
            above=facts.named(term, _SUB_PROPERTY),
            below=facts.pointing(term, _SUB_PROPERTY),
            domain=facts.named(term, _DOMAIN),
            range=facts.named(term, _RANGE),
        )

    def _properties_with(self, term: NamedNode, predicate: NamedNode) -> tuple[str, ...]:
        """The properties of which a class is the domain or range, or one of those united there."""
        return tuple(
            each.value
            for each in sorted(self._homes, key=_in_order)
            if term.value in self._facts.named(each, predicate)
        )

    def _statements(self, term: NamedNode) -> Iterable[Statement]:
        for property, values in sorted(self._facts.of(term).items(), key=lambda e: e[0].value):
            if property in _TOLD_OTHERWISE:
                continue
            for value in sorted(values, key=str):
                if isinstance(value, NamedNode):
                    yield Statement(property.value, value.value, is_thing=True)
                elif isinstance(value, Literal):
                    language = value.language or ""
                    yield Statement(property.value, value.value, False, language)

    def _named_by(self, term: NamedNode) -> Iterable[tuple[str, str]]:
        found = {
            (subject.value, property.value)
            for subject, property in self._facts.to(term)
            if isinstance(subject, NamedNode) and subject in self._homes
        }
        return sorted(found)


def _used_by_models(
    graphs: Iterable[tuple[NamedNode, Sequence[Triple]]],
) -> dict[str, set[str]]:
    """From the IRI of a term to the graphs of the position models that use it."""
    used: dict[str, set[str]] = defaultdict(set)
    for name, triples in graphs:
        if name.value.startswith(_MODELS):
            for triple in triples:
                for term in (triple.predicate, triple.object):
                    if isinstance(term, NamedNode):
                        used[term.value].add(name.value)
    return used


def _module(name: NamedNode, facts: Facts, terms: Mapping[str, Term]) -> Module:
    own = tuple(term.iri for term in terms.values() if term.module == name.value)
    title, description = _WITHOUT_HEADER.get(
        name,
        (facts.texts(name, _TITLE), facts.texts(name, iri("dcterms", "description"))),
    )
    start = _BELOW_ONTOLOGY if name.value.startswith(_BELOW_ONTOLOGY) else BASE
    return Module(
        iri=name.value,
        path="" if name == _ROOT else name.value.removeprefix(start),
        title=title,
        description=description,
        version=facts.text(name, iri("owl", "versionInfo")),
        license=facts.text(name, iri("dcterms", "license")),
        imports=facts.named(name, _IMPORTS),
        group=_group(name, [terms[each] for each in own]),
        terms=own,
    )


def _group(name: NamedNode, terms: Sequence[Term]) -> str:
    """Where the index lists a module, by what it declares."""
    if name == _ROOT:
        return "root"
    if name.value.startswith(_MODELS):
        return "models"
    if any(iri("core", "Framework").value in term.near.classes for term in terms):
        return "frameworks"
    has_words = any(term.kind is not Kind.INDIVIDUAL for term in terms)
    return "modules" if has_words else "data"
