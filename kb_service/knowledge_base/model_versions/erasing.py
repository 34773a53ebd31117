"""What is left of the texts of versions once people whom they mention are erased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_base.model_versions.documents import (
    digest_of_text,
    read_document,
    status_in,
)
from kb_service.knowledge_base.model_versions.following import Moment
from kb_service.knowledge_base.model_versions.records import PUBLISHED, ModelVersion
from kb_service.knowledge_base.model_versions.steps import ERASE

Graphs = Mapping[NamedNode, Sequence[Triple]]


def without_mentions(
    versions: Iterable[ModelVersion],
    is_mention: Callable[[Triple], bool],
    graphs: Graphs,
    moment: Moment,
) -> list[ModelVersion]:
    """The versions, their texts without the statements that mention somebody.

    Such a version has one step more, and the digest of the text that is left. `graphs` are the
    shared graphs that change meanwhile, as they are to be: what is published says what they say.
    """
    return [_without_mentions(each, is_mention, graphs, moment) for each in versions]


def _without_mentions(
    version: ModelVersion, is_mention: Callable[[Triple], bool], graphs: Graphs, moment: Moment
) -> ModelVersion:
    document = read_document(version.text, version.model, version.number)
    if not any(map(is_mention, document.triples)):
        return version
    left = [triple for triple in document.triples if not is_mention(triple)]
    in_force = graphs.get(document.graph, ())
    if version.status == PUBLISHED == status_in(in_force, version.model):
        left = list(in_force)
    text = replace(document, triples=tuple(left)).text
    erased = version.having(version.status, moment.taking(ERASE))
    return replace(erased, text=text, digest=digest_of_text(text))
