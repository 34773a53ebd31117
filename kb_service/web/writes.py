"""What HR tools write and take back, answered once everything is derived anew."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, url_for

from kb_service.access.erasure import erase
from kb_service.findings import Finding, RefusedInput
from kb_service.people_records import assessment_iri, parse_assessment, parse_person, person_iri
from kb_service.vocabulary import iri
from kb_service.web import answers
from kb_service.web.auditing import note_change
from kb_service.web.bodies import json_body
from kb_service.web.forgetting import elsewhere
from kb_service.web.service import knowledge_base

writes = Blueprint("writes", __name__, url_prefix="/api/v1")

_FIELDS = {
    iri("people", "assessedOn").value: "/date",
    iri("people", "expiresOn").value: "/expires",
    iri("people", "source").value: "/source",
    iri("core", "framework").value: "/framework",
    iri("core", "scale").value: "/scale",
    iri("org", "memberOf").value: "/team",
    iri("org", "holds").value: "/post",
    iri("people", "ofPosition").value: "/post",
    iri("people", "candidateFor").value: "/candidateFor",
}


@writes.put("/people/<person>")
def put_person(person: str) -> tuple[Response, int, dict[str, str]]:
    """Store who somebody is; 201 when they are new."""
    kb = knowledge_base()
    record = parse_person(person, json_body(), kb.catalogue)
    is_new = not kb.has_person(person)
    try:
        kb.put_person(record)
    except RefusedInput as error:
        raise _with_pointers(error, person_iri(person).value) from error
    shown = jsonify(answers.person(kb, person))
    return shown, *_created(is_new, url_for("api.person", person=person))


@writes.put("/people/<person>/assessments/<assessment>")
def put_assessment(person: str, assessment: str) -> tuple[Response, int, dict[str, str]]:
    """Store an assessment; answers the person's fits as they are with it.

    As in a spreadsheet, somebody who is not known yet is known by their id from then on.
    """
    kb = knowledge_base()
    record = parse_assessment(person, assessment, json_body(), kb.catalogue)
    known = set()
    if kb.has_person(person):
        known = {row["id"] for row in kb.ask("assessments-of-person", person=person).rows}
    try:
        kb.put_assessment(record)
    except RefusedInput as error:
        raise _with_pointers(error, assessment_iri(person, assessment).value) from error
    shown = jsonify(person=person, assessment=assessment, fits=answers.fits(kb, person))
    return shown, *_created(assessment not in known, url_for("api.person", person=person))


@writes.delete("/people/<person>")
def delete_person(person: str) -> tuple[str, int]:
    """Erase somebody: nothing that is held of them is left, nor comes back by a restore."""
    note_change()
    erase(knowledge_base(), [person], elsewhere())
    return "", 204


@writes.delete("/people/<person>/assessments/<assessment>")
def delete_assessment(person: str, assessment: str) -> Response:
    """Take an assessment back; answers the person's fits as they are without it."""
    kb = knowledge_base()
    kb.remove_assessment(person, assessment)
    return jsonify(person=person, assessment=assessment, fits=answers.fits(kb, person))


def _created(is_new: bool, address: str) -> tuple[int, dict[str, str]]:
    return (201, {"Location": address}) if is_new else (200, {})


def _with_pointers(error: RefusedInput, about: str) -> RefusedInput:
    """The refusal with the place in the JSON body of every finding that has one."""
    return RefusedInput(
        [replace(found, where=_pointer(found, about)) for found in error.findings], error.status
    )


def _pointer(finding: Finding, about: str) -> str:
    """Where in the body that gave the node `about` a finding belongs; "" for the whole body."""
    if finding.where or not finding.focus.startswith(about):
        return finding.where
    _, is_rating, dimension = finding.focus.removeprefix(about).partition("/rating/")
    return f"/ratings/{dimension}" if is_rating else _FIELDS.get(finding.path, "")
