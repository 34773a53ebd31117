"""Every rule, what it says, and how often it fires, as the caller may be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kb_service.access.roles import People
from kb_service.access.view import View
from kb_service.engine.rules import Rule
from kb_service.vocabulary import NAMESPACES
from kb_service.web.answers import Document
from kb_service.web.rule_firings import Firings, rule_firings

_PREFIXED = re.compile(r"([a-z-]+):([A-Za-z-]+)")


def rule_table(view: View) -> Document:
    """The rules in the order in which they run, with counts as soon as somebody has counted.

    Of a rule whose conclusions are not kept nothing can be counted.
    """
    kept = {str(row["kind"]) for row in view.ask("kinds-kept").rows}
    counting = rule_firings()
    counted = counting.latest()
    people, conclusions = _counts(view, counted)
    rules = [
        _row(rule, kept, people, conclusions) for rule in view.knowledge_base.rules.by_iri.values()
    ]
    return {
        "rulesCounted": None if counted is None else counted.at.isoformat(timespec="seconds"),
        "rulesAreBeingCounted": counting.is_counting,
        "rules": rules,
    }


_Counts = Mapping[str, Any] | None


def _counts(view: View, counted: Firings | None) -> tuple[_Counts, _Counts]:
    """By rule: how many people, and how many conclusions; None of what was not counted."""
    if counted is None:
        return None, None
    people = {str(row["rule"]): row["people"] for row in view.counts_told(counted.people).rows}
    conclusions = {str(row["rule"]): row["conclusions"] for row in counted.conclusions.rows}
    if view.caller.rights.reads is not People.EVERYBODY:
        # How much was concluded about people would tell of them what counts of few do.
        conclusions = {rule: None if rule in people else n for rule, n in conclusions.items()}
    return people, conclusions


def _row(rule: Rule, kept: set[str], people: _Counts, conclusions: _Counts) -> Document:
    about = "person" if rule.judges_people else "study" if rule.judges_studies else "shared"
    is_kept = about != "person" or bool(kept & set(_written(rule)))
    named = rule.iri.value
    return {
        "rule": rule.name,
        "stage": rule.stage,
        "says": {"zh": rule.says_zh, "en": rule.says},
        "about": about,
        "kept": is_kept,
        "people": people.get(named, 0)
        if people is not None and about == "person" and is_kept
        else None,
        "conclusions": conclusions.get(named, 0) if conclusions is not None and is_kept else None,
    }


def _written(rule: Rule) -> list[str]:
    """The kinds of conclusions that its header says it draws."""
    return [
        f"{NAMESPACES[prefix]}{local}"
        for prefix, local in _PREFIXED.findall(rule.writes)
        if prefix in NAMESPACES
    ]
