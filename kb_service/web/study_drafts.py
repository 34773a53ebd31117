"""The draft that studies give, as a page shows it: what is asked for, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.access.studies import DraftDocument
from kb_service.access.view import View
from kb_service.knowledge_base.study_document import Label
from kb_service.position_models import PositionModel, from_triples
from kb_service.position_models.model import in_order
from kb_service.vocabulary import LABEL, NAMESPACES
from kb_service.web.answers import Document


@dataclass(frozen=True)
class DraftShown:
    """A draft: its text, what its reader should hear, and what it asks for where it is of a model."""

    document: DraftDocument
    is_plan: bool
    version: str = ""
    requirements: Sequence[Document] = ()


def draft_shown(view: View, made: DraftDocument, *, is_plan: bool) -> DraftShown:
    """A draft as its page shows it."""
    if is_plan:
        return DraftShown(made, is_plan)
    model = from_triples(list(made.triples))
    return DraftShown(made, is_plan, model.header.version, _requirements(view, made, model))


def _requirements(view: View, made: DraftDocument, model: PositionModel) -> list[Document]:
    known = view.catalogue.dimensions[model.framework]
    works = _works(made.triples)
    return [
        {
            "dimension": asked.dimension,
            "label": {"zh": known[asked.dimension].zh, "en": known[asked.dimension].en},
            "tier": asked.tier,
            "level": asked.level,
            "weight": asked.weight,
            "evidence": asked.evidence,
            "source": works.get(asked.source),
        }
        for asked in in_order(model.requirements)
    ]


def _works(triples: Iterable[Triple]) -> dict[str, Label]:
    """What the works that a draft cites are called, by id."""
    found: dict[str, dict[str, str]] = {}
    space = NAMESPACES["work"]
    for triple in triples:
        work, label = triple.subject, triple.object
        if (
            triple.predicate == LABEL
            and isinstance(work, NamedNode)
            and work.value.startswith(space)
            and isinstance(label, Literal)
            and label.language
        ):
            found.setdefault(work.value.removeprefix(space), {})[label.language] = label.value
    return dict(found)
