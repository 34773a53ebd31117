"""A small team of invented agents, rated so that a little more or less turns a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from kb_service.access.opening import register_of
from kb_service.access.roles import LOCAL
from kb_service.access.view import View
from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import AssessmentRecord, Introduction
from tests.shipped_store import shipped

MODEL = "customer-service-specialist"
RECENTLY = date.today() - timedelta(days=30)
TEAM = "agents"

# All of T12 rated alike, but for these; conflict resolution is a secondary ability of the model.
RATED: dict[str, tuple[str, dict[str, str]]] = {
    "an": ("9", {}),
    "bo": ("9", {"conflict-resolution": "1"}),
    "chen": ("7.2", {"conflict-resolution": "2"}),
    "ding": ("6.4", {}),
}

NIGHT_SHIFT = """
@prefix ability: <https://w3id.org/rengang/ability/> .
@prefix core: <https://w3id.org/rengang/ontology/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix evidence: <https://w3id.org/rengang/evidence/> .
@prefix framework: <https://w3id.org/rengang/framework/> .
@prefix model: <https://w3id.org/rengang/position-model/> .
@prefix position: <https://w3id.org/rengang/position/> .
@prefix requirement: <https://w3id.org/rengang/requirement/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix status: <https://w3id.org/rengang/status/> .
@prefix tier: <https://w3id.org/rengang/tier/> .

model:night-shift a core:PositionModel ;
  core:evidence evidence:assumed ; core:forPosition position:night-shift ;
  core:framework framework:t12 ; core:requires requirement:night-shift.conflict-resolution ;
  core:status status:draft ; dcterms:identifier "night-shift" ;
  skos:definition "夜班。"@zh, "Nights."@en ; skos:prefLabel "夜班模型"@zh, "Night model"@en .
position:night-shift a core:Position ; core:evidence evidence:assumed ;
  dcterms:identifier "night-shift" ; skos:definition "夜班。"@zh, "Nights."@en ;
  skos:prefLabel "夜班专员"@zh, "Night agent"@en .
requirement:night-shift.conflict-resolution a core:Requirement ;
  core:dimension ability:conflict-resolution ; core:tier tier:main ;
  core:evidence evidence:assumed ; dcterms:identifier "night-shift.conflict-resolution" ;
  skos:prefLabel "夜班：冲突协调"@zh, "Night: conflict resolution"@en .
"""


def rated(base: View, value: str, others: dict[str, str]) -> dict[str, Decimal]:
    """A rating in every dimension of T12."""
    everything = dict.fromkeys(base.catalogue.dimensions["t12"], Decimal(value))
    return everything | {id: Decimal(other) for id, other in others.items()}


@contextmanager
def team_of_agents(folder: Path) -> Iterator[View]:
    """A knowledge base with four agents, and with `eve` of another team, who was never rated."""
    knowledge_base = KnowledgeBase.open(shipped(folder))
    try:
        base = View(knowledge_base, register_of(knowledge_base), LOCAL)
        base.import_records(
            [
                *(Introduction(id, id.title(), TEAM, MODEL, ("team-leader",)) for id in RATED),
                Introduction("eve", "Eve", "others"),
            ],
            [
                AssessmentRecord(
                    "A1", id, RECENTLY, "supervisor", "t12", rated(base, value, others)
                )
                for id, (value, others) in RATED.items()
            ],
        )
        yield base
    finally:
        knowledge_base.close()
