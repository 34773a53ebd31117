"""What the record of versions owes to graphs that were filled without it: by files, by an import."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Triple

from kb_service.knowledge_base.model_versions.documents import (
    ModelDocument,
    digest_of_text,
    in_graph,
    models_in,
    status_in,
)
from kb_service.knowledge_base.model_versions.numbers import precedence
from kb_service.knowledge_base.model_versions.records import (
    DRAFT,
    PUBLISHED,
    RETIRED,
    ModelVersion,
    StepTaken,
    in_order,
)
from kb_service.knowledge_base.model_versions.steps import LOAD, PUBLISH, RETIRE, SUBMIT, SUPERSEDE

PRODUCT = "rengang"
"""Who brings what comes with the product."""

Graphs = Mapping[NamedNode, Sequence[Triple]]


@dataclass(frozen=True)
class Moment:
    """Who changes something, and when; `at` in ISO 8601."""

    by: str
    at: str

    def taking(self, step: str) -> StepTaken:
        """A step that is taken then, by them."""
        return StepTaken(step, self.by, self.at)


def following(
    versions: Iterable[ModelVersion],
    before: Graphs,
    after: Graphs,
    changed: Collection[NamedNode],
    moment: Moment,
) -> list[ModelVersion]:
    """The versions once some graphs have changed: whatever graphs publish is on record.

    What nobody has recorded so far counts as a version that was loaded.
    """
    known = {version.key: version for version in versions}
    recorded = {version.model for version in known.values()}
    for document in _published(before):
        if document.model not in recorded:
            _record(known, document, moment)
    recorded = {version.model for version in known.values()}
    for document in _published(after):
        if document.graph in changed or document.model not in recorded:
            _record(known, document, moment)
    published = {document.model for document in _published(after)}
    for version in list(known.values()):
        if version.status == PUBLISHED and version.model not in published:
            known[version.key] = version.having(RETIRED, moment.taking(RETIRE))
    return in_order(known.values())


def arriving(
    versions: Iterable[ModelVersion], stored: Graphs, files: Graphs, at: str
) -> tuple[dict[NamedNode, list[Triple]], list[ModelVersion]]:
    """The files' graphs as they are to be stored, and the versions with what only waits there.

    Which version of a model judges people, the organisation decides once it has published or
    retired one itself. A newer one that comes with the product is a draft to it.
    """
    known = {version.key: version for version in versions}
    graphs = {name: list(triples) for name, triples in files.items()}
    for document in _published(files):
        of_model = [each for each in known.values() if each.model == document.model]
        if document.graph not in stored or not _is_decided_here(of_model):
            continue
        graphs[document.graph] = list(stored[document.graph])
        if all(precedence(each.number) < precedence(document.number) for each in of_model):
            waiting = _version(document, DRAFT, Moment(PRODUCT, at).taking(SUBMIT))
            known[waiting.key] = waiting
    return graphs, in_order(known.values())


def _is_decided_here(of_model: Iterable[ModelVersion]) -> bool:
    """Whether people here published or retired the version that counted last."""
    decisive = (LOAD, PUBLISH, RETIRE)
    last = [
        (each.at, each.step)
        for version in of_model
        for each in version.steps
        if each.step in decisive and each.by != PRODUCT
    ]
    return bool(last) and max(last)[1] != LOAD


def _published(graphs: Graphs) -> list[ModelDocument]:
    return [
        in_graph(name, triples, model)
        for name, triples in graphs.items()
        for model in models_in(triples)
        if status_in(triples, model) == PUBLISHED
    ]


def _record(
    known: dict[tuple[str, str], ModelVersion], document: ModelDocument, moment: Moment
) -> None:
    """Put on record what a graph publishes, in place of what was published of the model before."""
    digest = digest_of_text(document.text)
    of_model = [each for each in known.values() if each.model == document.model]
    current = next((each for each in of_model if each.status == PUBLISHED), None)
    if current is not None:
        if current.digest == digest:
            return
        known[current.key] = current.having(RETIRED, moment.taking(SUPERSEDE))
    loaded = _version(document, PUBLISHED, moment.taking(LOAD))
    if loaded.key in known:
        if known[loaded.key].digest == digest:
            loaded = known[loaded.key].having(PUBLISHED, moment.taking(LOAD))
        else:
            loaded = replace(loaded, number=f"{loaded.number.partition('+')[0]}+{digest[:8]}")
    known[loaded.key] = loaded


def _version(document: ModelDocument, status: str, first: StepTaken) -> ModelVersion:
    text = document.text
    return ModelVersion(
        document.model, document.number, status, text, digest_of_text(text), (first,)
    )
