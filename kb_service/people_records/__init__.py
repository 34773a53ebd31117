"""A person and an assessment as records, and the same as facts."""

from kb_service.people_records.bodies import parse_assessment, parse_person
from kb_service.people_records.faults import CONTACT, contact_faults, id_faults
from kb_service.people_records.records import (
    AssessmentRecord,
    Catalogue,
    Choice,
    Introduction,
    PersonRecord,
    RatedDimension,
    assessment_iri,
    assessment_triples,
    person_iri,
    person_triples,
)
from kb_service.people_records.spellings import (
    Choices,
    Unreadable,
    both,
    plain,
    spelled_out,
    spellings,
)

__all__ = [
    "CONTACT",
    "AssessmentRecord",
    "Catalogue",
    "Choice",
    "Choices",
    "Introduction",
    "PersonRecord",
    "RatedDimension",
    "Unreadable",
    "assessment_iri",
    "assessment_triples",
    "both",
    "contact_faults",
    "id_faults",
    "parse_assessment",
    "parse_person",
    "person_iri",
    "person_triples",
    "plain",
    "spelled_out",
    "spellings",
]
