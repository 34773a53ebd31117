"""The smallest change that would turn a verdict, as a JSON document with sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from kb_service.engine.smallest_change import ChangesFound, Step, Turn
from kb_service.vocabulary import local_id
from kb_service.web.labels import Labels

Tree = dict[str, Any]


def changes_tree(found: ChangesFound, labels: Labels) -> Tree:
    """What would turn a verdict, or how far that was looked for."""
    of_pairs = bool(found.turns) and len(found.turns[0].steps) > 1
    return {
        "now": _outcome(found.now.reached, found.now.score, labels),
        "changes": [_turn(turn, labels) for turn in found.turns],
        "more": found.more,
        "smallest": found.pairs_done if of_pairs else found.singles_done,
        "tried": found.tried,
        "everySingleRating": found.singles_done,
        "everyHighestPair": found.highest_pairs_done,
        "everyPair": found.pairs_done,
        "pairsUpToLevels": found.pair_levels,
        "sentence": how_far(found, _RATINGS),
    }


def _turn(turn: Turn, labels: Labels) -> Tree:
    steps = [_step(step, labels) for step in turn.steps]
    outcome = _outcome(turn.outcome.reached, turn.outcome.score, labels)
    return {
        "ratings": steps,
        "levels": turn.levels,
        **outcome,
        "sentence": {
            "zh": _sentence(steps, outcome, "zh"),
            "en": _sentence(steps, outcome, "en"),
        },
    }


def _step(step: Step, labels: Labels) -> Tree:
    return {
        "dimension": local_id(step.dimension),
        "label": labels.of(step.dimension.value),
        "from": None if step.before is None else float(step.before),
        "to": float(step.after),
        "levels": step.levels,
    }


def _outcome(verdict: NamedNode | None, fit: object, labels: Labels) -> Tree:
    return {
        "verdict": local_id(verdict) if verdict else None,
        "verdictLabel": labels.of(verdict.value) if verdict else None,
        "fit": None if fit is None else float(str(fit)),
    }


def _sentence(steps: list[Tree], outcome: Tree, language: str) -> str:
    changes = [_change(step, language) for step in steps]
    verdict = _label(outcome["verdictLabel"], outcome["verdict"], language)
    fit = outcome["fit"]
    if language == "zh":
        told = "" if fit is None else f"匹配度将为 {fit:g}，"
        return f"{'，'.join(changes)}：{told}结论将为「{verdict}」。"
    told = "" if fit is None else f"the fit would be {fit:g} and "
    return f"{' and '.join(changes)}: {told}the verdict “{verdict}”."


def _change(step: Tree, language: str) -> str:
    name = _label(step["label"], step["dimension"], language)
    before, after = step["from"], f"{step['to']:g}"
    if language == "zh":
        return f"{name}从{'未知' if before is None else f' {before:g} '}变为 {after}"
    return f"{name} from {'unknown' if before is None else f'{before:g}'} to {after}"


def _label(label: Mapping[str, str] | None, id: str, language: str) -> str:
    return (label or {}).get(language) or id


@dataclass(frozen=True)
class Changed:
    """What a search changes, in words: one of them, one or two, and both at the top."""

    zh_one: str
    zh_two: str
    zh_top: str
    en_one: str
    en_two: str
    en_top: str


_RATINGS = Changed(
    "任何一项评分",
    "任何一项或两项评分",
    "任何两项都升到量表最高级也不能",
    "a single rating",
    "one or two ratings",
    "nor would any two ratings at the top of their scales",
)


def how_far(found: ChangesFound, changed: Changed) -> dict[str, str]:
    """How far changes were looked for, when that is not told by what was found."""
    if found.turns and (found.pairs_done or len(found.turns[0].steps) == 1):
        return {"zh": "没有更小的改动能做到。", "en": "No smaller change would do."}
    if not found.singles_done:
        return {
            "zh": f"时间已到，改动{changed.zh_one}的情形也没有试完。",
            "en": f"The time was up before every change of {changed.en_one} had been tried.",
        }
    zh = [f"改动{changed.zh_one}都不能做到"]
    en = [f"No change of {changed.en_one} would do"]
    if found.pairs_done:
        zh, en = [f"改动{changed.zh_two}都不能做到"], [f"No change of {changed.en_two} would do"]
    elif found.highest_pairs_done and not found.turns:
        zh.append(changed.zh_top)
        en.append(changed.en_top)
    if not found.pairs_done:
        levels = found.pair_levels
        zh.append(
            f"两项的组合只试完了合计 {levels} 级以内的，时间已到"
            if levels
            else "两项的组合没有试完，时间已到"
        )
        en.append(
            f"of other pairs, those of up to {levels} levels were tried before the time was up"
            if levels
            else "other pairs could not all be tried before the time was up"
        )
    return {"zh": f"{'；'.join(zh)}。", "en": f"{'; '.join(en)}."}
