"""What people may ask of what is held about them: to have it, to object, to put right, to erase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from kb_service.access.erasure import erase
from kb_service.access.personal_archive import archive_of
from kb_service.access.personal_export import (
    Telling,
    changes_document,
    export_of,
    objection_document,
)
from kb_service.access.personal_requests import (
    parse_objection,
    parse_rectification,
    parse_settlement,
)
from kb_service.access.rights_of_the_person import AlreadySettled, RightsOfThePerson
from kb_service.findings import RefusedInput, violation
from kb_service.knowledge_base.objections import outcomes_in
from kb_service.web.auditing import note_change
from kb_service.web.bodies import json_body
from kb_service.web.explanations import explanation
from kb_service.web.forgetting import elsewhere
from kb_service.web.problems import Problem
from kb_service.web.service import knowledge_base, service

person_rights = Blueprint("person_rights", __name__, url_prefix="/api/v1")


def rights() -> RightsOfThePerson:
    """What the caller of the current request may see to."""
    return RightsOfThePerson(knowledge_base())


@person_rights.get("/people/<person>/objections")
def objections(person: str) -> Response:
    """Somebody's objections to judgements, settled ones too."""
    found = rights().objections(person)
    return jsonify(person=person, rows=[objection_document(each) for each in found])


@person_rights.post("/people/<person>/objections")
def raise_objection(person: str) -> tuple[Response, int, dict[str, str]]:
    """Object to judgements for positions, to appraisals, or to all; they are marked from now on."""
    asked = parse_objection(json_body(), models(), rights().appraised_in(person), date.today())
    note_change()
    made = rights().object_to(person, asked)
    shown = jsonify(person=person, **objection_document(made))
    return shown, 201, {"Location": url_for("person_rights.objections", person=person)}


@person_rights.put("/people/<person>/objections/<objection>/settlement")
def settle_objection(person: str, objection: str) -> Response:
    """Bring an objection to an end: withdrawn, dismissed or remedied."""
    asked = parse_settlement(json_body(), outcomes(), date.today())
    note_change()
    return jsonify(person=person, **objection_document(settled(person, objection, asked)))


def settled(person: str, objection: str, asked: Any) -> Any:
    """The objection with its settlement. Raises Problem 409 for one that was settled before."""
    try:
        return rights().settle(person, objection, asked)
    except AlreadySettled as error:
        raise Problem(
            409,
            "这项异议已经了结；仍有异议请另提一项。",
            "This objection was settled before; raise another one.",
        ) from error


@person_rights.get("/people/<person>/rectifications")
def rectifications(person: str) -> Response:
    """What was changed about somebody: when, by whom, why, from what to what."""
    done = rights().put_right(person)
    return jsonify(person=person, rows=changes_document(done, service().labels.shared().of))


@person_rights.post("/people/<person>/rectifications")
def rectify(person: str) -> tuple[Response, int, dict[str, str]]:
    """Put right what is wrong about somebody; what follows from it is concluded anew."""
    asked = parse_rectification(json_body(), knowledge_base().catalogue)
    note_change()
    rights().rectify(person, asked)
    done = changes_document(rights().put_right(person), service().labels.shared().of)
    address = url_for("person_rights.rectifications", person=person)
    return jsonify(person=person, rows=done), 201, {"Location": address}


@person_rights.get("/people/<person>/export")
def export(person: str) -> Response:
    """Everything held and concluded of somebody, as a zip of a page, a workbook, JSON and RDF."""
    packed = archive_of(export_of(knowledge_base(), person, telling(person)))
    answer = Response(packed, mimetype="application/zip")
    answer.headers["Content-Disposition"] = "attachment; filename=person.zip"
    return answer


@person_rights.post("/erasures")
def erase_people() -> Response:
    """Erase several people, which takes hardly longer than one."""
    people = _people_in(json_body())
    note_change()
    erase(knowledge_base(), people, elsewhere())
    return jsonify(erased=len(people))


def telling(person: str) -> Telling:
    """How things are called and explained to the caller, about one person."""
    view, labels = knowledge_base(), service().labels
    return Telling(labels.about(view, person).of, lambda node: explanation(view, labels, node))


def models() -> list[str]:
    """The ids of the position models that one may object to being judged by."""
    return [str(row["id"]) for row in knowledge_base().ask("position-models").rows]


def outcomes() -> frozenset[str]:
    """The ids of the ways in which an objection may end."""
    return outcomes_in(service().knowledge_base.ontology_facts())


def _people_in(body: object) -> Sequence[str]:
    people = body.get("people") if isinstance(body, dict) and set(body) == {"people"} else None
    if isinstance(people, list) and people and all(isinstance(each, str) for each in people):
        return list(dict.fromkeys(people))
    raise RefusedInput(
        (
            violation(
                '请给出要删除的人员编号，例如 {"people": ["p001", "p002"]}。',
                'Name the people to erase, as in {"people": ["p001", "p002"]}.',
                "/people",
            ),
        )
    )
