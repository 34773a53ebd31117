"""Position models brought through their life, each test with a model of its own."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kb_service.access.model_lives import ModelLives
from kb_service.access.view import View
from kb_service.knowledge_base.model_versions.records import ModelVersion
from kb_service.vocabulary import BASE, local_id
from tests.team_of_agents import NIGHT_SHIFT, RATED

HEADER = (
    "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    '<{graph}> a owl:Ontology ; owl:versionInfo "{number}" .'
)


def handed_in(view: View, text: str, reason: str = "") -> ModelVersion:
    """A model in Turtle, as a draft."""
    read = view.read_model(text.encode(), "text/turtle", "model.ttl")
    return ModelLives(view).submit(read, reason).version


def published(view: View, text: str) -> ModelVersion:
    """A model in Turtle, handed in, reviewed, approved and published."""
    version = handed_in(view, text)
    for step in ("review", "approve", "publish"):
        version = ModelLives(view).take(step, local_id(version.model), version.number)
    return version


@dataclass(frozen=True)
class Nights:
    """A model for night shifts that asks the team of agents for nothing but conflict resolution."""

    base: View
    id: str

    @property
    def graph(self) -> NamedNode:
        """The graph of the model."""
        return NamedNode(f"{BASE}ontology/models/{self.id}")

    def stored(self) -> list[Triple]:
        """What rules read of it."""
        return self.base.knowledge_base.store.graph(self.graph)

    def text(self, number: str, floor: str = "", status: str = "draft") -> str:
        """A version in Turtle, with a floor under its only requirement if one is given."""
        asked = f"core:minimumLevel {floor} ; core:tier" if floor else "core:tier"
        model = NIGHT_SHIFT.replace("core:tier", asked).replace("night-shift", self.id)
        header = HEADER.format(graph=self.graph.value, number=number)
        return header + model.replace("status:draft", f"status:{status}")

    def hand_in(
        self, number: str, floor: str = "", reason: str = "", by: View | None = None
    ) -> ModelVersion:
        """A version as a draft."""
        return handed_in(by or self.base, self.text(number, floor), reason)

    def take(
        self, step: str, number: str, reason: str = "", by: View | None = None
    ) -> ModelVersion:
        """A version after one more step."""
        return ModelLives(by or self.base).take(step, self.id, number, reason)

    def publish(self, number: str, floor: str = "") -> ModelVersion:
        """A version that judges people."""
        return published(self.base, self.text(number, floor))

    def versions(self) -> list[ModelVersion]:
        """Every version on record, the greatest first."""
        return ModelLives(self.base).versions(self.id)

    def statuses(self) -> dict[str, str]:
        """The status of each version."""
        return {each.number: each.status for each in self.versions()}

    def verdicts(self) -> dict[str, object]:
        """The verdict of each agent by this model."""
        fits = ((who, self.base.ask("fits-of-person", person=who).rows) for who in RATED)
        return {
            who: row["verdict"] for who, rows in fits for row in rows if row["model"] == self.id
        }
