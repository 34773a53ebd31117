"""Position models as people write them, and the triples that they are."""

from kb_service.position_models.choices import ModelChoices, TierDefault
from kb_service.position_models.form_words import FormWords
from kb_service.position_models.from_rdf import NotOneModel, from_triples
from kb_service.position_models.json_documents import is_linked_data, read_json, to_json
from kb_service.position_models.model import (
    Duty,
    GradeStandard,
    Header,
    ModelRequirement,
    Position,
    PositionModel,
)
from kb_service.position_models.places import Places, RecordedPlaces
from kb_service.position_models.reading import ReadModel, read_form
from kb_service.position_models.to_rdf import to_triples

__all__ = [
    "Duty",
    "FormWords",
    "GradeStandard",
    "Header",
    "ModelChoices",
    "ModelRequirement",
    "NotOneModel",
    "Places",
    "Position",
    "PositionModel",
    "ReadModel",
    "RecordedPlaces",
    "TierDefault",
    "from_triples",
    "is_linked_data",
    "read_form",
    "read_json",
    "to_json",
    "to_triples",
]
