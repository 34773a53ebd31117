"""What people ask for by their rights, read from JSON bodies with a place for each fault."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from kb_service.findings import Finding, violation
from kb_service.knowledge_base.rectifying import AssessmentCorrection
from kb_service.people_records import CONTACT, Catalogue, RatedDimension, id_faults
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

_OF_WORK = ("team", "post", "candidateFor")
_OF_ASSESSMENT = {"date", "source", "expires", "ratings"}


@dataclass(frozen=True)
class ObjectionAsked:
    """What is not accepted, in words; of every judgement where neither model nor period is named."""

    grounds: str
    models: tuple[str, ...]
    periods: tuple[str, ...]
    on: date


@dataclass(frozen=True)
class SettlementAsked:
    """How an objection ends."""

    outcome: str
    words: str
    on: date


@dataclass(frozen=True)
class Rectification:
    """What is to be put right, and why; what it leaves out stays as it is.

    `work` has the fields team, post and candidateFor that are to change; contact data that is None
    is removed, and so is an assessment.
    """

    reason: str
    name: str | None = None
    contact: Mapping[str, str | None] = field(default_factory=dict)
    work: Mapping[str, Any] = field(default_factory=dict)
    assessments: Mapping[str, AssessmentCorrection | None] = field(default_factory=dict)

    @property
    def is_of_the_register(self) -> bool:
        """Whether it concerns what the register says."""
        return self.name is not None or bool(self.contact)

    @property
    def is_of_facts(self) -> bool:
        """Whether it concerns what people are judged by."""
        return bool(self.work or self.assessments)


def parse_objection(
    body: object, models: Collection[str], periods: Collection[str], today: date
) -> ObjectionAsked:
    """The objection that a JSON body describes. Raises RefusedInput for each fault.

    `periods` are those in which the person was appraised.
    """
    faults: list[Finding] = []
    fields = object_in(body, {"grounds", "models", "periods", "date"}, faults)
    grounds = _words_in(
        fields.get("grounds"),
        "/grounds",
        faults,
        "请写明不认可什么、为什么，例如「我五月已通过复测」。",
        'Say what is not accepted and why, such as "I passed the second test in May".',
    )
    day = day_in(fields["date"], "/date", faults) if "date" in fields else today
    contested_models = _ids_in(
        fields.get("models", []),
        models,
        "/models",
        faults,
        '请给出岗位模型编号的列表，例如 ["team-leader"]；对全部判断有异议就不写。',
        'Give a list of position models, such as ["team-leader"]; leave it out to object to'
        " every judgement.",
    )
    contested_periods = _periods_in(fields.get("periods", []), periods, faults)
    refuse(faults)
    return ObjectionAsked(grounds, contested_models, contested_periods, day)


def _periods_in(
    value: object, appraised: Collection[str], faults: list[Finding]
) -> tuple[str, ...]:
    """The periods of appraisals; a list of any where the person was never appraised is a fault."""
    if isinstance(value, list) and value and not appraised:
        faults.append(
            violation(
                "此人还没有考核，无可异议；请不写周期。",
                "This person was never appraised; leave periods out.",
                "/periods",
            )
        )
        return ()
    return _ids_in(
        value,
        appraised,
        "/periods",
        faults,
        '请给出此人有考核的周期编号的列表，例如 ["2026-q3"]；对全部判断有异议就不写。',
        'Give a list of periods in which the person was appraised, such as ["2026-q3"]; leave it'
        " out to object to every judgement.",
    )


def _ids_in(
    value: object, known: Collection[str], where: str, faults: list[Finding], zh: str, en: str
) -> tuple[str, ...]:
    """The ids in a list, each once; what is no list, or not known, is a fault."""
    if not isinstance(value, list):
        faults.append(violation(zh, en, where))
        return ()
    choices = dict.fromkeys(known)
    found = [choice_faults(each, choices, f"{where}/{index}") for index, each in enumerate(value)]
    faults += [fault for each in found for fault in each]
    return tuple(dict.fromkeys(each for each in value if isinstance(each, str)))


def parse_settlement(body: object, outcomes: Iterable[str], today: date) -> SettlementAsked:
    """How a JSON body says that an objection ends. Raises RefusedInput for each fault."""
    faults: list[Finding] = []
    fields = object_in(body, {"outcome", "words", "date"}, faults)
    faults += choice_faults(fields.get("outcome"), dict.fromkeys(sorted(outcomes)), "/outcome")
    day = day_in(fields["date"], "/date", faults) if "date" in fields else today
    words = fields.get("words", "")
    if words != "":
        words = _words_in(
            words,
            "/words",
            faults,
            "请用文字写明如何处理、为什么。",
            "Say in words how it was settled, and why.",
        )
    refuse(faults)
    return SettlementAsked(str(fields["outcome"]), words, day)


def parse_rectification(body: object, catalogue: Catalogue) -> Rectification:
    """What a JSON body says is to be put right. Raises RefusedInput for each fault.

    It is read as a merge patch: what is left out stays, and null removes.
    """
    faults: list[Finding] = []
    known = {"reason", "name", "contact", "assessments", *_OF_WORK}
    fields = object_in(body, known, faults)
    reason = _words_in(
        fields.get("reason"),
        "/reason",
        faults,
        "请写明为什么更正，例如「姓名录入有误」。",
        'Say why this is put right, such as "the name was mistyped".',
    )
    contact = object_in(fields.get("contact", {}), set(CONTACT), faults, "/contact")
    given = {key: value for key, value in contact.items() if value is not None and key in CONTACT}
    reached: dict[str, str | None] = dict.fromkeys(contact.keys() - given.keys())
    reached.update(contact_in(given, faults))
    rectification = Rectification(
        reason=reason,
        name=name_in(fields["name"], faults) if "name" in fields else None,
        contact=reached,
        work=_work_in(fields, catalogue, faults),
        assessments=_assessments_in(fields.get("assessments", {}), catalogue, faults),
    )
    if not faults and not (rectification.is_of_the_register or rectification.is_of_facts):
        faults.append(
            violation(
                "请写明要更正什么：name、contact、team、post、candidateFor 或 assessments。",
                "Say what is to be put right: name, contact, team, post, candidateFor or"
                " assessments.",
            )
        )
    refuse(faults)
    return rectification


def _work_in(
    fields: Mapping[str, Any], catalogue: Catalogue, faults: list[Finding]
) -> dict[str, Any]:
    work = {name: fields[name] for name in _OF_WORK if name in fields}
    if work.get("team") is not None:
        faults += id_faults(work["team"], "/team")
    if work.get("post") is not None:
        faults += choice_faults(work["post"], catalogue.positions, "/post")
    if "candidateFor" in work:
        work["candidateFor"] = candidates_in(work["candidateFor"] or [], catalogue, faults)
    return work


def _assessments_in(
    body: object, catalogue: Catalogue, faults: list[Finding]
) -> dict[str, AssessmentCorrection | None]:
    if not isinstance(body, dict):
        faults.append(
            violation(
                '请按测评编号写明更正，例如 {"A1": {"ratings": {"patience": 7}}}。',
                'Give corrections by the id of the assessment, such as {"A1": {"ratings":'
                ' {"patience": 7}}}.',
                "/assessments",
            )
        )
        return {}
    found: dict[str, AssessmentCorrection | None] = {}
    for id, said in body.items():
        where = f"/assessments/{id}"
        faults += id_faults(id, "/assessments")
        found[id] = None if said is None else _assessment_in(said, where, catalogue, faults)
    return found


def _assessment_in(
    body: object, where: str, catalogue: Catalogue, faults: list[Finding]
) -> AssessmentCorrection:
    fields = object_in(body, _OF_ASSESSMENT, faults, where)
    if fields.get("source") is not None:
        faults += choice_faults(fields["source"], catalogue.sources, f"{where}/source")
    correction = AssessmentCorrection.of(
        assessed_on=day_in(fields["date"], f"{where}/date", faults) if "date" in fields else None,
        source=fields.get("source") if isinstance(fields.get("source"), str) else None,
        ratings=_ratings_in(fields.get("ratings", {}), where, catalogue, faults),
    )
    if "expires" not in fields:
        return correction
    expires = fields["expires"]
    day = None if expires is None else day_in(expires, f"{where}/expires", faults)
    return correction.expiring(day)


def _ratings_in(
    body: object, where: str, catalogue: Catalogue, faults: list[Finding]
) -> dict[str, Decimal | None]:
    """The ratings to change by dimension id; which framework they are of is not known here."""
    every: dict[str, RatedDimension] = {}
    for dimensions in catalogue.dimensions.values():
        every.update(dimensions)
    given = object_in(body, set(every), faults, f"{where}/ratings")
    found: dict[str, Decimal | None] = {id: None for id, value in given.items() if value is None}
    if rest := {id: value for id, value in given.items() if value is not None and id in every}:
        found.update(ratings_in(rest, every, faults, where))
    return found


def _words_in(value: object, where: str, faults: list[Finding], zh: str, en: str) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    faults.append(violation(zh, en, where))
    return ""
