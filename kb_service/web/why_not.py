"""Why something was not concluded, as a JSON tree with a sentence for each obstacle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import NamedNode

from kb_service.engine.body.conditions import with_values
from kb_service.engine.obstacles import (
    Attempt,
    Blocked,
    Conclusion,
    Missing,
    Obstacle,
    Operand,
    Trial,
    Unmet,
    WhyNot,
)
from kb_service.knowledge_base.explaining import PARAMETERS
from kb_service.web.explanations import (
    conclusion_words,
    explanation_tree,
    fact_words,
    plain,
    rule_words,
    thing_words,
)
from kb_service.web.labels import Labels

Tree = dict[str, Any]
Words = Mapping[str, Any]

_LANGUAGES = ("zh", "en")
_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}
_JOINS = {"&&": ("且", "and"), "||": ("或", "or")}
_ABOUT = {predicate.value for predicate in PARAMETERS.values()}
_COMMA = {"zh": "、", "en": ", "}


def why_not_tree(answer: WhyNot, labels: Labels) -> Tree:
    """An answer with the names of what it speaks of."""
    thing = thing_words(answer.thing, labels)
    return {
        "thing": thing,
        "sentence": _both(lambda language: _nothing_found(thing, language)),
        "concluded": _conclusions(answer.concluded, labels),
        "instead": _conclusions(answer.instead, labels),
        "attempts": [_attempt(attempt, labels) for attempt in answer.attempts],
        "toldAbove": answer.told_above,
        "cutShort": answer.cut_short,
    }


def _conclusions(found: Iterable[Conclusion], labels: Labels) -> list[Tree]:
    return [conclusion_words(each.node, each.statements, labels) for each in found]


def _attempt(attempt: Attempt, labels: Labels) -> Tree:
    return {
        "rule": rule_words(attempt.rule),
        "ways": [_trial(trial, labels) for trial in attempt.trials],
        "more": attempt.more,
    }


def _trial(trial: Trial, labels: Labels) -> Tree:
    found = _conclusions(trial.conclusions, labels)
    kinds = {each["conclusion"]: each["kind"] for each in found}
    return {
        "found": found,
        "facts": [fact_words(fact, labels) for fact in trial.facts],
        "obstacles": [_obstacle(obstacle, kinds, labels) for obstacle in trial.obstacles],
    }


def _obstacle(obstacle: Obstacle, kinds: Mapping[str, Words], labels: Labels) -> Tree:
    """What stood in the way; `kinds` are those of the conclusions that were found."""
    if isinstance(obstacle, Missing):
        return _missing(obstacle, labels)
    if isinstance(obstacle, Unmet):
        return _unmet(obstacle, kinds, labels)
    if isinstance(obstacle, Blocked):
        return _blocked(obstacle, labels)
    return {
        "obstacle": "noneOf",
        "sentence": {"zh": "以下各种情形都不成立。", "en": "None of these ways led there."},
        "ways": [_trial(trial, labels) for trial in obstacle.trials],
        "more": obstacle.more,
    }


def _missing(obstacle: Missing, labels: Labels) -> Tree:
    thing = thing_words(obstacle.thing, labels)
    predicate, value = obstacle.statement
    at = {
        "predicate": predicate.value,
        "predicateLabel": labels.of(predicate.value),
        "value": None if value is None else plain(value),
        "valueLabel": labels.of(value.value) if isinstance(value, NamedNode) else None,
    }
    sentence = _both(
        lambda language: (
            _not_said(thing, at, language) if thing["subject"] else _nothing_found(thing, language)
        )
    )
    why = why_not_tree(obstacle.why, labels) if obstacle.why else None
    return {
        "obstacle": "missing",
        "sentence": sentence,
        "thing": thing,
        "pattern": at,
        "whyNot": why,
    }


def _unmet(obstacle: Unmet, kinds: Mapping[str, Words], labels: Labels) -> Tree:
    operands = [_operand(operand, kinds, labels) for operand in obstacle.operands]
    known = {
        operand.variable: _text(plain(operand.value))
        for operand in obstacle.operands
        if operand.value is not None
    }
    compared = with_values(obstacle.expression, known)
    return {
        "obstacle": "false",
        "sentence": _both(lambda language: _is_false(compared, operands, language)),
        "condition": obstacle.expression,
        "withValues": compared,
        "operands": operands,
    }


def _operand(operand: Operand, kinds: Mapping[str, Words], labels: Labels) -> Tree:
    """A value that is compared, and what it is the value of."""
    value = operand.value
    return {
        "variable": operand.variable,
        "label": _operand_label(operand, kinds, labels),
        "value": None if value is None else plain(value),
        "valueLabel": labels.of(value.value) if isinstance(value, NamedNode) else None,
    }


def _operand_label(
    operand: Operand, kinds: Mapping[str, Words], labels: Labels
) -> Mapping[str, str] | None:
    """The name of what has the value: itself, or its kind and the name of the property."""
    if operand.statement is None or not isinstance(operand.statement.subject, NamedNode):
        return None
    subject, predicate = operand.statement.subject.value, operand.statement.predicate.value
    kind, name = kinds.get(subject), labels.of(predicate)
    if kind and name:
        return {"zh": f"{kind['zh']}的{name['zh']}", "en": f"{kind['en']}, {name['en']}"}
    return labels.of(subject) or name


def _blocked(obstacle: Blocked, labels: Labels) -> Tree:
    trees = [explanation_tree(each, labels) for each in obstacle.conclusions]
    facts = [fact_words(fact, labels) for fact in obstacle.facts]
    return {
        "obstacle": "found",
        "sentence": _both(lambda language: _in_the_way(trees, facts, language)),
        "conclusions": trees,
        "facts": facts,
    }


def _both(say: Any) -> dict[str, str]:
    return {language: say(language) for language in _LANGUAGES}


def _nothing_found(thing: Words, language: str) -> str:
    name = _thing_name(thing, language)
    return f"没有{name}。" if language == "zh" else f"There is no {name}."


def _thing_name(thing: Words, language: str) -> str:
    """What kind of thing is sought and what it says, and in brackets what it would be about."""
    known = [each for each in thing["statements"] if each["value"] is not None]
    about = [each for each in known if each["predicate"] in _ABOUT]
    says = [_statement_text(each, language) for each in known if each not in about]
    listed = _COMMA[language].join(_statement_text(each, language) for each in about)
    kind = _label(thing["kind"], thing["class"] or "", language)
    if language == "zh":
        name = f"「{'：'.join([kind, *says])}」" if kind else _unnamed(thing, language)
        return f"{name}（{listed}）" if listed else name
    name = f"“{': '.join([kind, *says])}”" if kind else _unnamed(thing, language)
    return f"{name} ({listed})" if listed else name


def _unnamed(thing: Words, language: str) -> str:
    """A thing of no named class, by what it must say."""
    names = [
        _label(each["predicateLabel"], each["predicate"], language)
        for each in thing["statements"]
        if each["predicate"] not in _ABOUT
    ]
    if language == "zh":
        return f"注明「{'、'.join(names)}」的内容"
    return f"statement of {' and '.join(f'“{name}”' for name in names) or 'this kind'}"


def _not_said(thing: Words, at: Words, language: str) -> str:
    subject = _label(thing["subjectLabel"], thing["subject"], language)
    name = _label(at["predicateLabel"], at["predicate"], language)
    value = _value_text(at, language)
    if language == "zh":
        if value:
            return f"「{subject}」的「{name}」不是「{value}」。"
        return f"「{subject}」没有注明「{name}」。"
    if value:
        return f"{subject}: “{name}” is not {value}."
    return f"{subject} does not say “{name}”."


def _is_false(compared: str, operands: Sequence[Words], language: str) -> str:
    text = compared
    for sign, shown in _SIGNS.items():
        text = text.replace(sign, shown)
    for sign, (zh, en) in _JOINS.items():
        text = text.replace(sign, zh if language == "zh" else en)
    told = [
        f"{_label(operand['label'], '', language)} {_value_text(operand, language)}".rstrip()
        for operand in operands
        if operand["label"]
    ]
    listed = _COMMA[language].join(told)
    if language == "zh":
        return f"不成立：{text}（{listed}）。" if told else f"不成立：{text}。"
    return f"Not so: {text} ({listed})." if told else f"Not so: {text}."


def _in_the_way(trees: Sequence[Words], facts: Sequence[Words], language: str) -> str:
    by_kind: dict[str, dict[str, None]] = {}
    for tree in trees:
        told = [_label(tree["about"], "", language)] if tree["about"] else []
        told += [_statement_text(one, language) for one in tree["statements"] if _is_number(one)]
        about = by_kind.setdefault(_label(tree["kind"], tree["conclusion"], language), {})
        about.update(
            dict.fromkeys([(": " if language == "en" else "：").join(told)] if told else [])
        )
    names = []
    for kind, about in by_kind.items():
        listed = _COMMA[language].join(about)
        if language == "zh":
            names.append(f"「{kind}」（{listed}）" if listed else f"「{kind}」")
        else:
            names.append(f"“{kind}” ({listed})" if listed else f"“{kind}”")
    if not names:
        names = [_statement_text(fact, language) for fact in facts]
    joined = _COMMA[language].join(names)
    return f"存在{joined}。" if language == "zh" else f"In the way: {joined}."


def _is_number(statement: Words) -> bool:
    return isinstance(statement["value"], int | float) and not isinstance(statement["value"], bool)


def _statement_text(statement: Words, language: str) -> str:
    """A value by its name; what has none, with the name of the property."""
    if statement["valueLabel"]:
        return _label(statement["valueLabel"], "", language)
    name = _label(statement["predicateLabel"], statement["predicate"], language)
    return f"{name} {_value_text(statement, language)}"


def _value_text(statement: Words, language: str) -> str:
    if statement["valueLabel"]:
        return _label(statement["valueLabel"], "", language)
    return "" if statement["value"] is None else _text(statement["value"])


def _text(value: object) -> str:
    """A number without needless digits, an IRI by its last segment, other text as it is."""
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return text.replace("#", "/").rsplit("/", 1)[-1] if "://" in text else text


def _label(label: Mapping[str, str] | None, iri: str, language: str) -> str:
    """The label in a language; the last segment of the IRI where there is none."""
    return str((label or {}).get(language) or _text(iri))
