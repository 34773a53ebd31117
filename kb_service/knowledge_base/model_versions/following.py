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
from kb_service.store import as_stored

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


@dataclass(frozen=True)
class HeldBack:
    """What a file says of a model, and the version that counts in its place."""

    document: ModelDocument
    standing: ModelVersion
    recorded: ModelVersion | None
    """The version on record that says what the file says."""


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
    had = _published(before)
    have = had if after is before else _published(after)
    recorded = {version.model for version in known.values()}
    for document in had:
        if document.model not in recorded:
            _record(known, document, moment)
    recorded = {version.model for version in known.values()}
    for document in have:
        if document.graph in changed or document.model not in recorded:
            _record(known, document, moment)
    published = {document.model for document in have}
    for version in list(known.values()):
        if version.status == PUBLISHED and version.model not in published:
            known[version.key] = version.having(RETIRED, moment.taking(RETIRE))
    return in_order(known.values())


def arriving(
    versions: Iterable[ModelVersion], stored: Graphs, files: Graphs, at: str
) -> tuple[dict[NamedNode, list[Triple]], list[ModelVersion]]:
    """The files' graphs as they are to be stored, and the versions with what only waits there.

    Which version of a model judges people, the organisation decides once it has published or
    retired one itself. A newer one that comes with the product is a draft to it, and a file that is
    gone, for which `files` has no triples, takes none away.
    """
    known = {version.key: version for version in versions}
    graphs = {name: list(triples) for name, triples in files.items()}
    for document in _models(files):
        of_model = [each for each in known.values() if each.model == document.model]
        if document.graph not in stored or _decided_here(of_model) is None:
            continue
        graphs[document.graph] = list(stored[document.graph])
        if all(precedence(each.number) < precedence(document.number) for each in of_model):
            said = _as_stored(document)
            waiting = _version(said, DRAFT, Moment(PRODUCT, at).taking(SUBMIT))
            known[waiting.key] = waiting
    gone = {name: stored[name] for name, triples in files.items() if not triples and name in stored}
    for document in _models(gone):
        if _decided_here(each for each in known.values() if each.model == document.model):
            graphs[document.graph] = list(gone[document.graph])
    return graphs, in_order(known.values())


def held_back(versions: Iterable[ModelVersion], stored: Graphs, files: Graphs) -> list[HeldBack]:
    """What files say of models otherwise than is stored, since the organisation decides on these."""
    known = list(versions)
    found = []
    for document in map(_as_stored, _models(files)):
        of_model = [each for each in known if each.model == document.model]
        standing = _decided_here(of_model)
        here = set(stored.get(document.graph, ()))
        if standing is not None and set(document.triples) != here:
            digest = digest_of_text(document.text)
            same = next((each for each in of_model if each.digest == digest), None)
            found.append(HeldBack(document, standing, same))
    return found


def _decided_here(of_model: Iterable[ModelVersion]) -> ModelVersion | None:
    """The version that counted last, if people here published or retired it."""
    decisive = (LOAD, PUBLISH, RETIRE)
    last = max(
        (
            (each.at, each.step, version)
            for version in of_model
            for each in version.steps
            if each.step in decisive and each.by != PRODUCT
        ),
        key=lambda one: one[:2],
        default=None,
    )
    return None if last is None or last[1] == LOAD else last[2]


def _as_stored(document: ModelDocument) -> ModelDocument:
    """The document with numbers as a store writes them, as those that are handed in have them."""
    return replace(document, triples=tuple(as_stored(document.triples)))


def _models(graphs: Graphs) -> list[ModelDocument]:
    return [
        in_graph(name, triples, model)
        for name, triples in graphs.items()
        for model in models_in(triples)
    ]


def _published(graphs: Graphs) -> list[ModelDocument]:
    found = _models(graphs)
    return [each for each in found if status_in(each.triples, each.model) == PUBLISHED]


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
