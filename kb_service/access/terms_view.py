"""What one caller may know of the words of the ontologies: who uses them, what is said of a node."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from pyoxigraph import NamedNode, Triple

from kb_service.access.counts import Row, withhold
from kb_service.access.reading_view import ReadingView
from kb_service.access.roles import People
from kb_service.access.translation import renamed_node
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.terms import description, people_using
from kb_service.questions import Counted
from kb_service.store.reach import EVERYTHING
from kb_service.vocabulary import NAMESPACES, is_shared, local_id

_PERSON = NAMESPACES["person"]
_SHARES = Counted("people", "all", "what")


@dataclass(frozen=True)
class TermUsage:
    """Of how many people facts and conclusions use a term; None for a count that is withheld."""

    facts: int | None
    conclusions: int | None


class TermsView(ReadingView):
    """The words of the ontologies as one caller may know of them."""

    def term_usage(self, term: NamedNode) -> TermUsage:
        """Of how many people in reach a term is used.

        Who may see nobody is told of everybody, unless so few use it, or so few do not, that this
        would point at somebody.
        """
        if self.caller.rights.reads is not People.NOBODY:
            used = people_using(self.knowledge_base.store, term, self.reach)
            return TermUsage(used.facts, used.conclusions)
        used = people_using(self.knowledge_base.store, term, EVERYTHING)
        everybody = len(self.knowledge_base.people_ids())
        return TermUsage(self._told(used.facts, everybody), self._told(used.conclusions, everybody))

    def _told(self, using: int, everybody: int) -> int | None:
        rows: list[Row] = [
            {"what": "term", "uses": uses, "people": people, "all": everybody}
            for uses, people in ((True, using), (False, everybody - using))
        ]
        told = withhold(rows, _SHARES, self.least_people_counted).rows
        count = next(row["people"] for row in told if row["uses"])
        return None if count is None else int(count)

    def description(self, node: NamedNode) -> tuple[Triple, ...]:
        """What is said of a node within reach, with its blank nodes.

        Somebody, or a thing of theirs, may be named by id or by pseudonym; what is said names them
        by pseudonym. Raises UnknownThingError for nobody in reach, and for a node of which nothing
        is said.
        """
        if node.value.startswith(_PERSON):
            person = node.value.removeprefix(_PERSON).split("/", 1)[0]
            node = renamed_node(node, {person: self.key_of(person)})
        said = description(self.knowledge_base.store, node, self.reach)
        if not said.triples:
            raise UnknownThingError("term", node.value)
        about_people = (graph for graph in said.graphs if not is_shared(graph.value))
        self.note_people({unquote(local_id(graph)) for graph in about_people})
        return said.triples
