"""What a dry run found, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from kb_service.knowledge_base.dry_run_counts import DryRun, Reaching

Words = Mapping[str, str]


def told(run: DryRun) -> list[Words]:
    """The dry run in a few sentences: verdicts, what nobody or everybody reaches, who moves."""
    if not run.people:
        return [_nobody_here() if run.people == 0 else _too_few()]
    return [
        _verdicts(run),
        *_coverage(run),
        *_reached(run.requirements),
        *_difference(run),
    ]


def _nobody_here() -> Words:
    return {
        "zh": "这里还没有人员，试算不出什么；请先导入人员和测评。",
        "en": "Nobody is in here yet, so there is nothing to try this on; import people first.",
    }


def _too_few() -> Words:
    return {
        "zh": "人员太少，人数不予显示。",
        "en": "There are so few people that no counts are shown.",
    }


def _verdicts(run: DryRun) -> Words:
    named = [(each.label, each.people) for each in run.verdicts if each.people != 0]
    zh = "，".join(f"{label['zh']} {_people_zh(count)}" for label, count in named)
    en = ", ".join(f"{label['en'].lower()} {_count_en(count)}" for label, count in named)
    return {
        "zh": f"按这个模型，{run.people} 人中：{zh}。",
        "en": f"With this model, of {run.people} people: {en}.",
    }


def _coverage(run: DryRun) -> Iterator[Words]:
    if run.coverage is not None:
        yield {
            "zh": f"平均覆盖率 {run.coverage}%。",
            "en": f"The average coverage is {run.coverage}%.",
        }


def _reached(requirements: Iterable[Reaching]) -> Iterator[Words]:
    """What nobody was rated in, what nobody reaches of those rated, and what all of them do."""
    every = list(requirements)
    yield from _list(every, _is_unrated, "没有人评过", "Nobody was ever rated in")
    yield from _list(every, _nobody_reaches, "没有人达到", "Nobody reaches")
    yield from _list(every, _everybody_reaches, "评过的人都达到", "Everybody who was rated reaches")


def _is_unrated(one: Reaching) -> bool:
    return one.reached == 0 and one.short == 0


def _nobody_reaches(one: Reaching) -> bool:
    return one.reached == 0 and one.short != 0


def _everybody_reaches(one: Reaching) -> bool:
    return one.short == 0 and one.reached != 0


def _list(
    requirements: Iterable[Reaching], chosen: Callable[[Reaching], bool], zh: str, en: str
) -> Iterator[Words]:
    found = [one for one in requirements if chosen(one)]
    if found:
        zhs = "、".join(f"{one.label['zh']} {_level(one.level)}".rstrip() for one in found)
        ens = ", ".join(f"{one.label['en']} {_level(one.level)}".rstrip() for one in found)
        yield {"zh": f"{zh}：{zhs}。", "en": f"{en}: {ens}."}


def _difference(run: DryRun) -> Iterator[Words]:
    if not run.is_published:
        yield {
            "zh": "这个模型还没有发布过的版本可比。",
            "en": "No version of this model is published yet to compare with.",
        }
        return
    if not run.moves:
        yield {
            "zh": "和已发布的版本相比，谁的结论都不变。",
            "en": "Compared with the published version, nobody’s verdict changes.",
        }
        return
    labels = {each.verdict: each.label for each in run.verdicts}
    zh = "，".join(
        f"{'有人' if move.people is None else _people_zh(move.people)}由“{labels[move.before]['zh']}”变为“{labels[move.after]['zh']}”"
        for move in run.moves
    )
    en = ", ".join(
        f"{'some' if move.people is None else move.people} from {labels[move.before]['en'].lower()} to"
        f" {labels[move.after]['en'].lower()}"
        for move in run.moves
    )
    yield {
        "zh": f"和已发布的版本相比：{zh}。",
        "en": f"Compared with the published version: {en}.",
    }


def _people_zh(count: int | None) -> str:
    return "（人数不予显示）" if count is None else f"{count} 人"


def _count_en(count: int | None) -> str:
    return "(not shown)" if count is None else str(count)


def _level(level: Decimal | None) -> str:
    return "" if level is None else f"{level.normalize():f}"
