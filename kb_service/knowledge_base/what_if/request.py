"""What somebody supposes, read from JSON: for whom, which ratings, requirements, policy, model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from kb_service.knowledge_base.what_if.described import Described, PolicyStatement, PositionModel
from kb_service.knowledge_base.what_if.json_reader import JsonReader, pointer
from kb_service.knowledge_base.what_if.performance_request import (
    PerformanceAsked,
    read_performance,
)
from kb_service.people_records import Catalogue, RatedDimension, id_faults
from kb_service.people_records.performance_records import PerformanceChoices
from kb_service.validation.submissions import MEDIA_TYPES

EVERYONE = "everyone"
CONCLUSIONS = "conclusions"
CHANGES = ("ratings", "performance", "requirements", "policy", "model")
_FIELDS = ("for", "models", "asOf", *CHANGES, "modelType", "detail")
_NUMBERS = ("required", "weight", "minimum")
_DIMENSION = {"zh": "个维度", "en": "dimension"}
MODEL = {"zh": "个已发布的岗位模型", "en": "published position model"}
_POLICY = {"zh": "条带数值的政策", "en": "policy number"}
_TEAM = {"zh": "个班组", "en": "team"}
_TIER = {"zh": "个层级", "en": "tier"}
_TYPE = {"zh": "种可读的格式", "en": "format that is read"}


@dataclass(frozen=True)
class Known:
    """What a request may name."""

    catalogue: Catalogue
    described: Described
    teams: Collection[str]
    performance: PerformanceChoices


@dataclass(frozen=True)
class RequirementChange:
    """What a requirement would be: numbers by field, None for what policy says; and its tier."""

    numbers: Mapping[str, Decimal | None] = field(default_factory=dict)
    tier: str | None = None


@dataclass(frozen=True)
class Draft:
    """A position model as text, which is stored nowhere."""

    text: str
    media_type: str


@dataclass(frozen=True)
class SupposedRating:
    """What everybody who is looked at would be rated in a dimension, None for not at all."""

    dimension: RatedDimension
    value: Decimal | None
    where: str


@dataclass(frozen=True)
class WhatIfRequest:
    """What somebody supposes; ids are known to exist, except those of the person and the models.

    One person, one team, or everyone where both are None. A requirement that is None would not be
    asked for. `models` is None where none are named; it may name a model of the draft.
    """

    person: str | None = None
    team: str | None = None
    models: tuple[str, ...] | None = None
    as_of: date | None = None
    ratings: tuple[SupposedRating, ...] = ()
    requirements: Mapping[str, Mapping[str, RequirementChange | None]] = field(default_factory=dict)
    policy: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    draft: Draft | None = None
    with_all_conclusions: bool = False
    performance: PerformanceAsked | None = None


def parse_what_if(body: object, known: Known) -> WhatIfRequest:
    """The request that a JSON body makes.

    Raises RefusedInput with a JSON pointer for each fault. Whether numbers make sense is for the
    shapes to judge.
    """
    return _Parsing(known).request(body)


class _Parsing(JsonReader):
    """Reads one request."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self._catalogue = known.catalogue
        self._described = known.described
        self._teams = known.teams
        self._performance = known.performance

    def request(self, body: object) -> WhatIfRequest:
        """The whole request; raises RefusedInput with everything that is wrong with it."""
        given = self.fields(body, _FIELDS)
        if not self.faults and not any(name in given for name in CHANGES):
            listed = ", ".join(CHANGES)
            self.fault(
                f"请至少给出一项假设：{listed}。", f"Suppose something: give one of {listed}.", ""
            )
        self.refuse()
        person, team = self._whom(given.get("for"))
        request = WhatIfRequest(
            person,
            team,
            self._models(given["models"]) if "models" in given else None,
            self.day(given["asOf"], "/asOf") if "asOf" in given else None,
            self._ratings(given["ratings"]) if "ratings" in given else (),
            self._requirements(given["requirements"]) if "requirements" in given else {},
            self._policy(given["policy"]) if "policy" in given else {},
            self._draft(given),
            self._is_everything(given),
            read_performance(self, given["performance"], self._performance)
            if "performance" in given
            else None,
        )
        self.refuse()
        return request

    def _whom(self, body: object) -> tuple[str | None, str | None]:
        if body == EVERYONE:
            return None, None
        if not isinstance(body, dict) or len(body) != 1 or not {"person", "team"} & body.keys():
            self.fault(
                '请说明看谁：{"person": "p001"}、{"team": "hotline-1"} 或 "everyone"。',
                'Say whom to look at: {"person": "p001"}, {"team": "hotline-1"} or "everyone".',
                "/for",
                body,
            )
            return None, None
        if "team" in body:
            return None, self.choice(body["team"], self._teams, "/for/team", _TEAM)
        self.faults += id_faults(body["person"], "/for/person")
        return str(body["person"]), None

    def _models(self, body: object) -> tuple[str, ...]:
        if not isinstance(body, list) or not body or not all(isinstance(o, str) for o in body):
            self.fault(
                '请给出岗位模型编号的列表，例如 ["team-leader"]。',
                'Give a list of ids of position models, such as ["team-leader"].',
                "/models",
                body,
            )
            return ()
        return tuple(dict.fromkeys(body))

    def _ratings(self, body: object) -> tuple[SupposedRating, ...]:
        found = []
        for key, value in self.mapping(body, "/ratings", '{"patience": 8}').items():
            where = f"/ratings/{pointer(key)}"
            dimension = self._rated(key, where)
            number = None if value is None else self.number(value, where)
            if dimension:
                found.append(SupposedRating(dimension, number, where))
        return tuple(found)

    def _rated(self, key: str, where: str) -> RatedDimension | None:
        """The dimension with this id in the one framework that has it, or `framework/id`."""
        every = self._catalogue.dimensions
        found = [dimensions[key] for dimensions in every.values() if key in dimensions]
        framework, slash, id = key.partition("/")
        if slash and id in every.get(framework, {}):
            found = [every[framework][id]]
        if len(found) > 1:
            listed = ", ".join(f"{one.framework}/{key}" for one in found)
            self.fault(
                f"几个框架都有这个维度；请写其中一个：{listed}。",
                f"Several frameworks have this dimension; write one of {listed}.",
                where,
                key,
            )
        if not found:
            self.choice(key, {id for one in every.values() for id in one}, where, _DIMENSION)
        return found[0] if len(found) == 1 else None

    def _requirements(self, body: object) -> dict[str, Mapping[str, RequirementChange | None]]:
        example = '{"team-leader": {"patience": {"weight": 3}}}'
        found: dict[str, Mapping[str, RequirementChange | None]] = {}
        for key, changes in self.mapping(body, "/requirements", example).items():
            where = f"/requirements/{pointer(key)}"
            models = self._described.models
            if key in self._described.unpublished:
                self._not_published(key, where)
            elif self.choice(key, models, where, MODEL):
                found[key] = self._of_model(changes, models[key], where)
        return found

    def _not_published(self, model: str, where: str) -> None:
        self.fault(
            f"岗位模型 {model} 没有发布，规则不用它判断任何人；请把它的全文放在字段 model 里。",
            f"The position model {model} is not published, so nobody is judged by it; hand in its"
            " text in the field model.",
            where,
            model,
        )

    def _of_model(
        self, body: object, model: PositionModel, where: str
    ) -> dict[str, RequirementChange | None]:
        dimensions = self._catalogue.dimensions.get(model.framework, {})
        found: dict[str, RequirementChange | None] = {}
        for key, change in self.mapping(body, where, '{"patience": {"weight": 3}}').items():
            place = f"{where}/{pointer(key)}"
            if not self.choice(key, {*dimensions, *model.requirements}, place, _DIMENSION):
                continue
            found[key] = self._change(change, key in model.requirements, place)
        return found

    def _change(self, body: object, is_asked: bool, where: str) -> RequirementChange | None:
        """What becomes of a requirement; None when it would be gone."""
        if body is None:
            if not is_asked:
                self.fault(
                    "模型本来就没有这项要求，无从去掉。",
                    "The model does not ask for this, so it cannot be removed.",
                    where,
                )
            return None
        given = self.mapping(body, where, '{"weight": 3}')
        known = self.fields(given, (*_NUMBERS, "tier"), where)
        numbers = {
            name: None if known[name] is None else self.number(known[name], f"{where}/{name}")
            for name in _NUMBERS
            if name in known
        }
        tiers = self._described.tiers
        if "tier" in known:
            tier = self.choice(known["tier"], tiers, f"{where}/tier", _TIER)
            return RequirementChange(numbers, tier)
        if not is_asked:
            listed = ", ".join(sorted(tiers))
            self.fault(
                f"模型还没有这项要求；要加上它，请写明层级 tier：{listed}。",
                f"The model does not ask for this yet; to add it, say at which tier: {listed}.",
                where,
            )
        return RequirementChange(numbers)

    def _policy(self, body: object) -> dict[str, Mapping[str, Decimal]]:
        found: dict[str, Mapping[str, Decimal]] = {}
        for key, value in self.mapping(body, "/policy", '{"fit-for-fit": 75}').items():
            where = f"/policy/{pointer(key)}"
            if self.choice(key, self._described.policy, where, _POLICY):
                found[key] = self._numbers(value, self._described.policy[key], where)
        return found

    def _numbers(self, body: object, statement: PolicyStatement, where: str) -> dict[str, Decimal]:
        """The numbers of a policy statement by field; a single one may be given by itself."""
        names = list(statement.fields)
        if not isinstance(body, dict):
            if len(names) == 1:
                number = self.number(body, where)
                return {} if number is None else {names[0]: number}
            listed, example = ", ".join(names), f'{{"{names[0]}": 4}}'
            self.fault(
                f"这条政策有几个数值（{listed}）；请说明改哪一个，例如 {example}。",
                f"This statement sets several numbers ({listed}); say which, as in {example}.",
                where,
                body,
            )
            return {}
        given = self.mapping(body, where, f'{{"{names[0]}": 1}}')
        known = self.fields(given, names, where)
        numbers = {name: self.number(value, f"{where}/{name}") for name, value in known.items()}
        return {name: number for name, number in numbers.items() if number is not None}

    def _draft(self, given: Mapping[str, Any]) -> Draft | None:
        media_type = given.get("modelType", "text/turtle")
        if "model" not in given:
            if "modelType" in given:
                self.fault(
                    "有 modelType 却没有 model；请把模型的全文放在 model 里。",
                    "There is a modelType but no model; put the text of the model into model.",
                    "/modelType",
                )
            return None
        text = given["model"]
        if not isinstance(text, str) or not text.strip():
            self.fault(
                "请把岗位模型的全文（Turtle）作为文本给出。",
                "Give the whole position model, in Turtle, as a text.",
                "/model",
                text,
            )
        self.choice(media_type, MEDIA_TYPES, "/modelType", _TYPE)
        return Draft(str(text), str(media_type))

    def _is_everything(self, given: Mapping[str, Any]) -> bool:
        if "detail" in given and given["detail"] != CONCLUSIONS:
            self.fault(
                f"detail 只能是 {CONCLUSIONS}；不写则只列出通常保留的结论。",
                f"The only detail is {CONCLUSIONS}; without it, what is usually kept is listed.",
                "/detail",
                given["detail"],
            )
        return given.get("detail") == CONCLUSIONS
