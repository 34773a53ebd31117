"""Records from the JSON bodies that HR tools send."""

from __future__ import annotations

from kb_service.findings import Finding
from kb_service.people_records.faults import id_faults
from kb_service.people_records.fields import (
    candidates_in,
    choice_faults,
    contact_in,
    day_in,
    name_in,
    object_in,
    ratings_in,
    refuse,
)
from kb_service.people_records.records import (
    AssessmentRecord,
    Catalogue,
    Introduction,
)


def parse_person(person: str, body: object, catalogue: Catalogue) -> Introduction:
    """The person that a JSON body describes; `{}` is a person known by id alone.

    Raises RefusedInput with a JSON pointer for each fault.
    """
    faults: list[Finding] = [*id_faults(person, "")]
    fields = object_in(body, {"name", "team", "post", "candidateFor", "contact"}, faults)
    name = name_in(fields.get("name", person), faults)
    team, post = fields.get("team"), fields.get("post")
    if team is not None:
        faults += id_faults(team, "/team")
    if post is not None:
        faults += choice_faults(post, catalogue.positions, "/post")
    candidates = candidates_in(fields.get("candidateFor", []), catalogue, faults)
    contact = dict(contact_in(fields.get("contact", {}), faults))
    refuse(faults)
    return Introduction(person, name, team, post, candidates, contact)


def parse_assessment(
    person: str, assessment: str, body: object, catalogue: Catalogue
) -> AssessmentRecord:
    """The assessment that a JSON body describes.

    Raises RefusedInput with a JSON pointer for each fault that keeps it from becoming facts; what
    facts may say (bounds, dates) is for the shapes to judge.
    """
    faults: list[Finding] = [*id_faults(person, ""), *id_faults(assessment, "")]
    known = {"date", "source", "framework", "expires", "ratings", "scale"}
    fields = object_in(body, known, faults)
    day = day_in(fields.get("date"), "/date", faults)
    expires = None
    if fields.get("expires") is not None:
        expires = day_in(fields["expires"], "/expires", faults)
    faults += choice_faults(fields.get("source"), catalogue.sources, "/source")
    framework = fields.get("framework")
    faults += choice_faults(framework, catalogue.dimensions, "/framework")
    if (scale := fields.get("scale")) is not None:
        faults += choice_faults(scale, catalogue.scales, "/scale")
    known_framework = framework if isinstance(framework, str) else ""
    dimensions = catalogue.dimensions.get(known_framework, {})
    ratings = dict(ratings_in(fields.get("ratings"), dimensions, faults))
    refuse(faults)
    return AssessmentRecord(
        assessment, person, day, fields["source"], known_framework, ratings, expires, scale
    )
