"""Position models handed in and out, as one caller may."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import Triple

from kb_service.access.people_view import PeopleView
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.model_documents import SubmittedModel
from kb_service.knowledge_base.model_versions.records import PUBLISHED
from kb_service.knowledge_base.model_worker import EXCEL


class ModelExchange(PeopleView):
    """Position models as documents; everybody reads them, what is handed in is only read here."""

    def read_model(self, data: bytes, media_type: str, filename: str = "") -> SubmittedModel:
        """What a stranger's position model says, and where; see ModelDocuments.read."""
        documents = self.knowledge_base.model_documents
        return documents.read(data, media_type, filename, self.caller.name)

    def is_model(self, data: bytes, filename: str) -> bool:
        """Whether a workbook or JSON document is that of a position model."""
        return self.knowledge_base.model_documents.is_model(data, filename)

    def export_model(self, model: str, media_type: str, number: str = "") -> bytes:
        """The document of a version of a model: the published one, or else that with the greatest
        number, unless a number is given; of a model without versions, what is loaded of it.

        Raises UnknownThingError for a model or number that there is not, and what
        ModelDocuments.write raises.
        """
        triples = self._version_of(model, number)
        return self.knowledge_base.model_documents.write(triples, media_type)

    def model_template(
        self, framework: str | None = None, *, filled: bool = False, media_type: str = EXCEL
    ) -> bytes:
        """The document for a new position model: a workbook, empty or `filled` with one that is
        published, or that one as JSON or Turtle.

        Raises UnknownThingError for a framework that is not known.
        """
        documents = self.knowledge_base.model_documents
        return documents.template(framework, filled=filled, media_type=media_type)

    def _version_of(self, model: str, number: str) -> Sequence[Triple]:
        lives = self.knowledge_base.model_life_cycle
        if number:
            return lives.document(lives.version(model, number))
        documents = self.knowledge_base.model_documents
        try:
            versions = lives.versions(model)
        except UnknownThingError:
            if loaded := documents.loaded(model):  # imported as a draft, and no version yet
                return loaded
            raise
        published = (each for each in versions if each.status == PUBLISHED)
        return lives.document(next(published, versions[0]))
