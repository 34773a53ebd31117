"""What keeps a document from being that of one position model, and no shape can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding
from kb_service.knowledge_base.model_versions.numbers import is_number
from kb_service.knowledge_base.sorting import people_mentioned
from kb_service.knowledge_base.what_if.described import POSITION_MODEL
from kb_service.vocabulary import BASE, A, iri, local_id, shorten

ONTOLOGY = iri("owl", "Ontology")
_VERSION = iri("owl", "versionInfo")
_LANGUAGES = ("zh", "en")


def document_faults(triples: Sequence[Triple]) -> list[Finding]:
    """What keeps a document from being the document of one position model."""
    models = subjects_of(triples, POSITION_MODEL)
    headers = subjects_of(triples, ONTOLOGY)
    found = [_another_model(node, models[0]) for node in models[1:]]
    if not models:
        found.append(_no_model())
    if not headers:
        found.append(_no_header(models))
    found += [_another_header(node, headers[0]) for node in headers[1:]]
    versions = {t.subject for t in triples if t.predicate == _VERSION}
    found += [_no_version(node) for node in headers[:1] if node not in versions]
    found += _no_version_numbers(triples, headers[:1])
    found += _regions(triples)
    if people := sorted(people_mentioned(triples)):
        found.append(_about_people(people[0]))
    return found


def _no_model() -> Finding:
    return _fault(
        "这里没有岗位模型；请写一个，例如：model:shop-assistant a core:PositionModel ; …",
        "There is no position model in this; write one, such as:"
        " model:shop-assistant a core:PositionModel ; …",
    )


def _another_model(node: NamedNode, first: NamedNode) -> Finding:
    return _fault(
        f"一份文件只写一个岗位模型，这里已有 {shorten(first)}；请把 {shorten(node)} 另存为一份文件。",
        f"A document holds one position model, and this has {shorten(first)} already; put"
        f" {shorten(node)} into a document of its own.",
        node,
    )


def _no_header(models: Sequence[NamedNode]) -> Finding:
    name = local_id(models[0]) if models else "shop-assistant"
    header = f'<{BASE}ontology/models/{name}> a owl:Ontology ; owl:versionInfo "0.1.0" .'
    return _fault(
        f"缺少文件头，不知道模型是哪一版；请加一行：{header}",
        f"There is no header that says which version of the model this is; add a line: {header}",
        models[0] if models else None,
    )


def _no_version(header: NamedNode) -> Finding:
    return _fault(
        '请在文件头写明版本，例如：owl:versionInfo "0.1.0"。',
        'Say in the header which version this is, for example: owl:versionInfo "0.1.0".',
        header,
    )


def _another_header(node: NamedNode, first: NamedNode) -> Finding:
    return _fault(
        f"文件头只能有一个，这里已有 <{first.value}>；请删去 <{node.value}>。",
        f"A document has one header, and this has <{first.value}> already; remove <{node.value}>.",
        node,
    )


def _about_people(id: str) -> Finding:
    return _fault(
        f"岗位模型里不写人员；请把关于 person:{id} 的内容另存为一份文件。",
        f"A position model says nothing about people; put what is about person:{id} into a"
        " document of its own.",
        iri("person", id),
    )


def _no_version_numbers(triples: Iterable[Triple], headers: Sequence[NamedNode]) -> list[Finding]:
    """What is no version number though it stands for one, as 1.0 does."""
    return [
        _fault(
            f'“{said.value}”不是版本号；请写三个数，例如：owl:versionInfo "1.0.0"。',
            f"“{said.value}” is no version number; write three numbers, for example:"
            ' owl:versionInfo "1.0.0".',
            header,
            _VERSION,
            said,
        )
        for header in headers
        for said in (t.object for t in triples if (t.subject, t.predicate) == (header, _VERSION))
        if isinstance(said, Literal) and not is_number(said.value)
    ]


def _regions(triples: Iterable[Triple]) -> Iterator[Finding]:
    """Words in a language with a region or script: SHACL takes them, nobody would see them."""
    for triple in triples:
        said = triple.object
        if not isinstance(said, Literal) or said.language is None:
            continue
        language, _, region = said.language.partition("-")
        if region and language in _LANGUAGES and isinstance(triple.subject, NamedNode):
            yield _fault(
                f"请把语言标记 @{said.language} 写成 @{language}；页面和规则只认 @zh 和 @en。",
                f"Write @{language} for @{said.language}: pages and rules know @zh and @en alone.",
                triple.subject,
                triple.predicate,
                said,
            )


def subjects_of(triples: Iterable[Triple], kind: NamedNode) -> list[NamedNode]:
    """The things of a class, as they are first spoken of."""
    found = (t.subject for t in triples if t.predicate == A and t.object == kind)
    return list(dict.fromkeys(node for node in found if isinstance(node, NamedNode)))


def _fault(
    zh: str,
    en: str,
    focus: NamedNode | None = None,
    path: NamedNode | None = None,
    value: Literal | None = None,
) -> Finding:
    return Finding(
        "violation",
        {"zh": zh, "en": en},
        focus=focus.value if focus else "",
        path=path.value if path else "",
        value=value.value if value is not None else "",
    )
