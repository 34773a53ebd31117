"""Small studies for tests, and those that ship as an example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from pyoxigraph import Triple

from kb_service.catalogue import read_study_choices
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.study_records.kinds import KINDS
from kb_service.study_records.layout import StudyChoices
from kb_service.study_records.policy import StudyPolicy, read_policy
from kb_service.study_records.records import Row, StudyRecord, Value

EXAMPLES = knowledge_root() / "examples" / "studies"
NAMES = ("csr-ahp", "csr-bei", "csr-delphi", "csr-fuzzy", "csr-meeting", "csr-questionnaire")
TODAY = date(2026, 11, 20)


@cache
def shared() -> tuple[Triple, ...]:
    return tuple(fact for graph in read_shared_knowledge().values() for fact in graph)


@cache
def choices() -> StudyChoices:
    return read_study_choices(shared())


@cache
def policy() -> StudyPolicy:
    return read_policy(shared())


def example(name: str) -> Path:
    return EXAMPLES / f"{name}.xlsx"


def study(kind: str, tables: Mapping[str, Sequence[Row]], **further: Value) -> StudyRecord:
    """A study of a kind with these tables, about the customer service representative."""
    about: Row = {
        "code": "small",
        "label_zh": "小研究",
        "label_en": "Small study",
        "position": "customer-service-representative",
        "conducted_on": date(2026, 5, 4),
        "fictional": True,
        **further,
    }
    return StudyRecord(KINDS[kind], {"study": (about,), **{k: tuple(v) for k, v in tables.items()}})


def item(code: str, **further: Value) -> Row:
    return {"code": code, "label_zh": code, "label_en": code, **further}


def panel(
    ratings: Mapping[str, Sequence[int | None]], *, rounds: Sequence[str] = ("1",)
) -> StudyRecord:
    """A Delphi panel on a scale of 1 to 5: by item what each expert gave it in every round."""
    experts = [f"E{n:02}" for n in range(1, 1 + max(map(len, ratings.values())))]
    return study(
        "delphi",
        {
            "experts": [{"code": code} for code in experts],
            "rounds": [{"code": number} for number in rounds],
            "items": [item(code) for code in ratings],
            "ratings": [
                {"round": number, "expert": expert, "item": code, "rating": Decimal(value)}
                for number in rounds
                for code, given in ratings.items()
                for expert, value in zip(experts, given, strict=False)
                if value is not None
            ],
        },
        lowest=Decimal(1),
        highest=Decimal(5),
    )


def comparisons(pairs: Mapping[tuple[str, str], str], items: Sequence[str]) -> StudyRecord:
    """An AHP study in which one expert compared these items."""
    return study(
        "ahp",
        {
            "experts": [{"code": "E01"}],
            "items": [item(code) for code in items],
            "judgements": [
                {"expert": "E01", "first": first, "second": second, "ratio": Decimal(ratio)}
                for (first, second), ratio in pairs.items()
            ],
        },
        priority_method="eigenvector",
    )
