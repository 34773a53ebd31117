"""A person and an assessment as records, and the same as facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.vocabulary import IDENTIFIER, A, iri

_XSD_DATE = iri("xsd", "date")
_XSD_DECIMAL = iri("xsd", "decimal")
_NAME = re.compile(r".{1,200}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Choice:
    """Something a record may name by its id: a position, a rating source, a team."""

    id: str
    iri: NamedNode
    zh: str
    en: str


@dataclass(frozen=True)
class RatedDimension(Choice):
    """A dimension people are rated in, with the bounds of its scale."""

    framework: str
    part: str
    kind: str
    minimum: Decimal
    maximum: Decimal
    definition_zh: str = ""
    definition_en: str = ""


@dataclass(frozen=True)
class Catalogue:
    """What records may name: everything that shared knowledge declares, by its id."""

    dimensions: Mapping[str, Mapping[str, RatedDimension]] = field(default_factory=dict)
    """By framework id, then by dimension id."""
    positions: Mapping[str, Choice] = field(default_factory=dict)
    sources: Mapping[str, Choice] = field(default_factory=dict)
    scales: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonRecord:
    """Who somebody is at work: team, post and the posts they are a candidate for, all as ids."""

    id: str
    name: str
    team: str | None = None
    post: str | None = None
    candidate_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssessmentRecord:
    """One assessment of a person: ratings by dimension id, from one source on one day."""

    id: str
    person: str
    assessed_on: date
    source: str
    framework: str
    ratings: Mapping[str, Decimal]
    expires_on: date | None = None
    scale: str | None = None


def person_iri(person: str) -> NamedNode:
    """The IRI of the person with this id."""
    return iri("person", person)


def assessment_iri(person: str, assessment: str) -> NamedNode:
    """The IRI of one assessment of a person."""
    return iri("person", f"{person}/assessment/{assessment}")


def person_triples(record: PersonRecord) -> list[Triple]:
    """The facts of a person's record."""
    person = person_iri(record.id)
    facts = [
        Triple(person, A, iri("people", "Person")),
        Triple(person, IDENTIFIER, Literal(record.id)),
        Triple(person, iri("schema", "name"), Literal(record.name)),
    ]
    if record.team:
        facts.append(Triple(person, iri("org", "memberOf"), iri("team", record.team)))
    if record.post:
        post = iri("person", f"{record.id}/post")
        facts += [
            Triple(person, iri("org", "holds"), post),
            Triple(post, A, iri("people", "Post")),
            Triple(post, iri("people", "ofPosition"), iri("position", record.post)),
        ]
    facts += [
        Triple(person, iri("people", "candidateFor"), iri("position", position))
        for position in record.candidate_for
    ]
    return facts


def assessment_triples(record: AssessmentRecord, catalogue: Catalogue) -> list[Triple]:
    """The facts of an assessment.

    Raises KeyError for a framework or dimension that the catalogue does not know.
    """
    dimensions = catalogue.dimensions[record.framework]
    node = assessment_iri(record.person, record.id)
    facts = [
        Triple(node, A, iri("people", "Assessment")),
        Triple(node, IDENTIFIER, Literal(record.id)),
        Triple(node, iri("people", "ofPerson"), person_iri(record.person)),
        Triple(node, iri("people", "source"), iri("source", record.source)),
        Triple(node, iri("people", "assessedOn"), _date(record.assessed_on)),
        Triple(node, iri("core", "framework"), iri("framework", record.framework)),
    ]
    if record.expires_on:
        facts.append(Triple(node, iri("people", "expiresOn"), _date(record.expires_on)))
    if record.scale:
        facts.append(Triple(node, iri("core", "scale"), iri("scale", record.scale)))
    for key, value in record.ratings.items():
        rating = NamedNode(f"{node.value}/rating/{key}")
        facts += [
            Triple(rating, A, iri("people", "Rating")),
            Triple(rating, iri("people", "inAssessment"), node),
            Triple(rating, iri("core", "dimension"), dimensions[key].iri),
            Triple(rating, iri("people", "value"), Literal(f"{value:f}", datatype=_XSD_DECIMAL)),
        ]
    return facts


def _date(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=_XSD_DATE)


def parse_person(person: str, body: object, catalogue: Catalogue) -> PersonRecord:
    """The person that a JSON body describes; `{}` is a person known by id alone.

    Raises RefusedInput with a JSON pointer for each fault.
    """
    faults: list[Finding] = [*id_faults(person, "")]
    fields = _object(body, {"name", "team", "post", "candidateFor"}, faults)
    name = fields.get("name", person)
    if not isinstance(name, str) or not _NAME.fullmatch(name.strip()) or not name.isprintable():
        faults.append(
            violation(
                "姓名应为 1 至 200 个字符的文本，例如「王小明」。",
                'Give the name as text of 1 to 200 characters, such as "Wang Ming".',
                "/name",
            )
        )
    team, post = fields.get("team"), fields.get("post")
    if team is not None:
        faults += id_faults(team, "/team")
    if post is not None:
        faults += _choice_faults(post, catalogue.positions, "/post")
    candidates = fields.get("candidateFor", [])
    if not isinstance(candidates, list):
        faults.append(
            violation(
                '请给出岗位编号的列表，例如 ["team-leader"]。',
                'Give a list of position ids, such as ["team-leader"].',
                "/candidateFor",
            )
        )
        candidates = []
    for index, position in enumerate(candidates):
        faults += _choice_faults(position, catalogue.positions, f"/candidateFor/{index}")
    _refuse(faults)
    return PersonRecord(person, str(name).strip(), team, post, tuple(dict.fromkeys(candidates)))


def parse_assessment(
    person: str, assessment: str, body: object, catalogue: Catalogue
) -> AssessmentRecord:
    """The assessment that a JSON body describes.

    Raises RefusedInput with a JSON pointer for each fault that keeps it from becoming facts; what
    facts may say (bounds, dates) is for the shapes to judge.
    """
    faults: list[Finding] = [*id_faults(person, ""), *id_faults(assessment, "")]
    known = {"date", "source", "framework", "expires", "ratings", "scale"}
    fields = _object(body, known, faults)
    day = _parse_date(fields.get("date"), "/date", faults)
    expires = None
    if fields.get("expires") is not None:
        expires = _parse_date(fields["expires"], "/expires", faults)
    faults += _choice_faults(fields.get("source"), catalogue.sources, "/source")
    framework = fields.get("framework")
    faults += _choice_faults(framework, catalogue.dimensions, "/framework")
    if (scale := fields.get("scale")) is not None:
        faults += _choice_faults(scale, catalogue.scales, "/scale")
    known_framework = framework if isinstance(framework, str) else ""
    dimensions = catalogue.dimensions.get(known_framework, {})
    ratings = dict(_parse_ratings(fields.get("ratings"), dimensions, faults))
    _refuse(faults)
    return AssessmentRecord(
        assessment, person, day, fields["source"], known_framework, ratings, expires, scale
    )


def _parse_ratings(
    body: Any, dimensions: Mapping[str, RatedDimension], faults: list[Finding]
) -> Iterator[tuple[str, Decimal]]:
    if not isinstance(body, dict) or not body:
        faults.append(
            violation(
                '请至少给出一项评分，例如 {"time-management": 7}。',
                'Give at least one rating, such as {"time-management": 7}.',
                "/ratings",
            )
        )
        return
    for key, value in body.items():
        where = f"/ratings/{_pointer(str(key))}"
        if key not in dimensions:
            if dimensions:
                faults.append(
                    violation(
                        f"框架里没有「{_short(key)}」这个维度；请改用框架中的编号，例如 {_some(dimensions)}。",
                        f"The framework has no dimension {_short(key)!r}; use one of its ids, such as"
                        f" {_some(dimensions)}.",
                        where,
                        _short(key),
                    )
                )
            continue
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            faults.append(
                violation(
                    "评分应为数字，例如 7。",
                    "Give the rating as a number, such as 7.",
                    where,
                    _short(value),
                )
            )
            continue
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) > 1000 or round(number, 6) != number:
            faults.append(
                violation(
                    "评分应为量表范围内的数字，例如 7。",
                    "Give the rating as a number on the scale, such as 7.",
                    where,
                    _short(value),
                )
            )
            continue
        yield key, number


def id_faults(value: object, where: str) -> list[Finding]:
    """What is wrong with an id: it goes into an IRI, so only letters, digits and `.-_` fit."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return []
    return [
        violation(
            "编号只能用字母、数字、点、下划线和连字符，不超过 64 个字符，例如 p001。",
            "Use letters, digits, dots, underscores and hyphens for an id, at most 64, such as p001.",
            where,
            _short(value),
        )
    ]


def _object(body: object, known: set[str], faults: list[Finding]) -> dict[str, Any]:
    if not isinstance(body, dict):
        faults.append(violation("请发送一个 JSON 对象。", "Send a JSON object."))
        return {}
    for name in body:
        if name not in known:
            fields = ", ".join(sorted(known))
            faults.append(
                violation(
                    f"没有「{_short(name)}」这个字段；可用的字段有：{fields}。",
                    f"There is no field {_short(name)!r}; the fields are: {fields}.",
                    f"/{_pointer(str(name))}",
                    _short(name),
                )
            )
    return body


def _parse_date(value: object, where: str, faults: list[Finding]) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    faults.append(
        violation(
            "请写日期，例如 2026-05-04。", "Give a date, such as 2026-05-04.", where, _short(value)
        )
    )
    return date.min


def _choice_faults(value: object, choices: Mapping[str, object], where: str) -> list[Finding]:
    if isinstance(value, str) and value in choices:
        return []
    offered = ", ".join(sorted(choices))
    return [
        violation(
            f"请从以下编号中选一个：{offered}。",
            f"Choose one of these ids: {offered}.",
            where,
            _short(value),
        )
    ]


def _some(choices: Mapping[str, object]) -> str:
    return ", ".join(list(choices)[:3])


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _pointer(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")


def _refuse(faults: list[Finding]) -> None:
    if faults:
        raise RefusedInput(tuple(faults))
