"""Which published models and plans rest on a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.study_records.records import study_iri
from kb_service.vocabulary import A, iri, local_id

_DERIVED = iri("prov", "wasDerivedFrom")
_PUBLISHED = iri("status", "published")
_STATUSES = {
    iri("core", "PositionModel"): iri("core", "status"),
    iri("performance", "PerformancePlan"): iri("performance", "planStatus"),
}


def resting_on(study: str, graphs: Mapping[NamedNode, Iterable[Triple]]) -> list[str]:
    """The ids of the published models and plans whose documents cite figures of a study."""
    below = f"{study_iri(study).value}/"
    found: set[str] = set()
    for triples in graphs.values():
        listed = list(triples)
        if any(
            t.predicate == _DERIVED
            and isinstance(t.object, NamedNode)
            and t.object.value.startswith(below)
            for t in listed
        ):
            found |= _published(listed)
    return sorted(found)


def refuse_while_cited(study: str, cited_by: list[str]) -> None:
    """Nothing where nobody cites a study; raises RefusedInput where something published does."""
    if cited_by:
        raise RefusedInput(
            [
                violation(
                    f"已发布的 {'、'.join(cited_by)} 以研究 {study} 为依据，不能删除；请先发布不再引用它的版本，"
                    "或让引用它的停用。",
                    f"The study {study} is what {', '.join(cited_by)} rests on, which is published, "
                    "so it stays; publish a version that does not cite it, or retire what does.",
                    value=study,
                )
            ],
            409,
        )


def changed_beneath(study: str, cited_by: list[str]) -> Finding:
    """What whoever changed a study should hear of what rests on it."""
    return Finding(
        "warning",
        {
            "zh": f"已发布的 {'、'.join(cited_by)} 以研究 {study} 先前的数据为依据，注明的仍是当时的数；"
            "请重新起草，或恢复原来的数据。",
            "en": f"{', '.join(cited_by)}, which is published, rests on what {study} said before and "
            "still cites those figures; draft it anew, or bring the data back.",
        },
        value=study,
    )


def _published(triples: Iterable[Triple]) -> set[str]:
    said = set(triples)
    return {
        local_id(triple.subject)
        for triple in said
        for kind, status in _STATUSES.items()
        if isinstance(triple.subject, NamedNode)
        and triple.predicate == A
        and triple.object == kind
        and Triple(triple.subject, status, _PUBLISHED) in said
    }
