"""The smallest change that would turn the grade of an appraisal, as a JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from kb_service.engine.smallest_change import ChangesFound, Step, Turn
from kb_service.vocabulary import NAMESPACES, local_id
from kb_service.web.changes import Changed, how_far
from kb_service.web.labels import Labels

Tree = dict[str, Any]

_INDICATORS = Changed(
    "任何一项指标",
    "任何一项或两项指标",
    "任何两项指标都升到最好也不能",
    "a single indicator",
    "one or two indicators",
    "nor would any two indicators at their best",
)


def grade_changes_tree(found: ChangesFound, grades: Mapping[int, str], labels: Labels) -> Tree:
    """What would turn the grade, or how far that was looked for; `grades` are ids by their ranks."""
    of_pairs = bool(found.turns) and len(found.turns[0].steps) > 1
    return {
        "now": _outcome(found.now.reached, found.now.score, labels),
        "changes": [_turn(turn, grades, labels) for turn in found.turns],
        "more": found.more,
        "smallest": found.pairs_done if of_pairs else found.singles_done,
        "tried": found.tried,
        "everySingleIndicator": found.singles_done,
        "everyHighestPair": found.highest_pairs_done,
        "everyPair": found.pairs_done,
        "pairsUpToLevels": found.pair_levels,
        "sentence": how_far(found, _INDICATORS),
    }


def _turn(turn: Turn, grades: Mapping[int, str], labels: Labels) -> Tree:
    steps = [_step(step, grades, labels) for step in turn.steps]
    outcome = _outcome(turn.outcome.reached, turn.outcome.score, labels)
    return {
        "indicators": steps,
        "levels": turn.levels,
        **outcome,
        "sentence": {
            "zh": f"{'；'.join(_change(step, 'zh') for step in steps)}："
            f"总分将为 {outcome['total']:.1f}，等级将为 {outcome['grade']}。",
            "en": f"{' and '.join(_change(step, 'en') for step in steps)}: "
            f"the total would be {outcome['total']:.1f} and the grade {outcome['grade']}.",
        },
    }


def _step(step: Step, grades: Mapping[int, str], labels: Labels) -> Tree:
    is_figure = step.dimension.value.startswith(NAMESPACES["kpi"])
    before, after = (
        None if value is None else float(value) if is_figure else grades[int(value)]
        for value in (step.before, step.after)
    )
    return {
        "indicator": local_id(step.dimension),
        "kind": "figure" if is_figure else "grade",
        "label": labels.of(step.dimension.value),
        "from": before,
        "to": after,
        "levels": step.levels,
    }


def _outcome(grade: NamedNode | None, total: object, labels: Labels) -> Tree:
    return {
        "grade": local_id(grade) if grade else None,
        "gradeLabel": labels.of(grade.value) if grade else None,
        "total": None if total is None else float(str(total)),
    }


def _change(step: Tree, language: str) -> str:
    name = (step["label"] or {}).get(language) or step["indicator"]
    before, after = (_shown(step[end], language) for end in ("from", "to"))
    if language == "zh":
        told = (
            f"{name}从 {before} 变为 {after}" if step["from"] is not None else f"{name}有了 {after}"
        )
        return (
            told if step["kind"] == "figure" else f"{name}由所有评价人评为 {after}（现为 {before}）"
        )
    if step["kind"] == "figure":
        return f"{name} from {before} to {after}"
    return f"every rater grading {name} {after} (now {before})"


def _shown(value: float | str | None, language: str) -> str:
    if value is None:
        return "未知" if language == "zh" else "unknown"
    return f"{value:g}" if isinstance(value, float) else value
