"""Dry runs for those who may see nobody: counts that could point at somebody are withheld."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kb_service.access.counts import Row, withhold
from kb_service.knowledge_base.dry_run_counts import DryRun, Reaching
from kb_service.questions import Counted

_COUNTED = Counted("people", "judged", "of")


def withheld(run: DryRun, least: int) -> DryRun:
    """The dry run without any count of fewer than `least` people, nor one that gives it away.

    How verdicts were before is not told where few people change theirs: the difference would tell.
    """
    if run.people is None or run.people < least:
        return replace(
            run,
            people=None,
            coverage=None,
            verdicts=tuple(replace(each, people=None, before=None) for each in run.verdicts),
            moves=(),
            requirements=tuple(_unknown(each) for each in run.requirements),
        )
    after = _shown({each.verdict: each.people or 0 for each in run.verdicts}, run.people, least)
    before = _shown({each.verdict: each.before or 0 for each in run.verdicts}, run.people, least)
    stayed = run.people - sum(each.people or 0 for each in run.moves)
    moved = {str(number): each.people or 0 for number, each in enumerate(run.moves)}
    moves = _shown(moved | {"stayed": stayed}, run.people, least)
    few_move = None in moves.values()
    return replace(
        run,
        verdicts=tuple(
            replace(
                each,
                people=after[each.verdict],
                before=None if few_move else before[each.verdict],
            )
            for each in run.verdicts
        ),
        moves=tuple(
            replace(each, people=moves[str(number)]) for number, each in enumerate(run.moves)
        ),
        requirements=tuple(_few_hidden(each, run.people, least) for each in run.requirements),
    )


def _few_hidden(one: Reaching, people: int, least: int) -> Reaching:
    counts = {"reached": one.reached or 0, "short": one.short or 0, "unknown": one.unknown or 0}
    told = _shown(counts, people, least)
    return replace(one, reached=told["reached"], short=told["short"], unknown=told["unknown"])


def _unknown(one: Reaching) -> Reaching:
    return replace(one, reached=None, short=None, unknown=None)


def _shown(counts: Mapping[str, int], people: int, least: int) -> dict[str, int | None]:
    """The counts of one whole by name, those that may not be told as None; nought is told."""
    rows: list[Row] = [
        {"name": name, "people": count, "judged": people, "of": ""}
        for name, count in counts.items()
        if count
    ]
    told = withhold(rows, _COUNTED, least).rows
    shown = {str(row["name"]): _count(row["people"]) for row in told}
    return {name: shown.get(name, 0) for name in counts}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
