"""What whoever drafts from studies should hear: what was left out, and what studies do not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kb_service.findings import Finding
from kb_service.knowledge_base.study_choice import ChosenStudies
from kb_service.knowledge_base.study_document import StudyConclusions
from kb_service.knowledge_base.study_suggestions import levels, questionnaire, standards, targets
from kb_service.study_records.table_names import STANDARDS, TARGETS


def advice(chosen: ChosenStudies, kept: Sequence[str], taken: Sequence[str]) -> Iterator[Finding]:
    """What to bear in mind about a draft that takes these items of those that a panel kept."""
    yield from _left_out(chosen, kept, taken)
    if chosen.interviews is not None:
        yield from _of_interviews(chosen.interviews, kept, taken)
    if chosen.questionnaire is not None:
        yield from _not_asked(chosen.questionnaire, taken)
    if chosen.meeting is not None:
        yield from _of_meeting(chosen.meeting, taken)


def _left_out(
    chosen: ChosenStudies, kept: Sequence[str], taken: Sequence[str]
) -> Iterator[Finding]:
    study = chosen.questionnaire
    doubted = {row["item"] for row in questionnaire(study) if not row["confirmed"]} if study else ()
    for code in kept:
        if study is not None and code in doubted:
            yield _note(
                "warning",
                f"专家保留了项目 {code}，但问卷 {study.record.id} 里它与其余题目不一致，没有写进草稿；"
                f"理由见 rengang study explain {study.record.id} {code}。",
                f"The panel keeps {code}, which does not go with the rest of the questionnaire "
                f"{study.record.id} and is not in the draft; rengang study explain "
                f"{study.record.id} {code} says why.",
                code,
            )
        elif code not in taken:
            yield _note(
                "warning",
                f"项目 {code} 获得保留，但没有对应的维度，没有写进草稿；请先在框架里添加这一维度。",
                f"The item {code} is kept and is no dimension yet, so it is not in the draft; add "
                "it to the framework first.",
                code,
            )


def _of_interviews(
    study: StudyConclusions, kept: Sequence[str], taken: Sequence[str]
) -> Iterator[Finding]:
    candidates = [str(row["item"]) for row in study.candidates()]
    for code in _beyond(candidates, kept):
        yield _note(
            "info",
            f"访谈 {study.record.id} 表明 {code} 能区分优秀者，专家咨询没有保留它。",
            f"The interviews {study.record.id} find that {code} sets excellent performers apart; "
            "the panel does not keep it.",
            code,
        )
    for code in _beyond(taken, candidates):
        yield _note(
            "warning",
            f"专家保留了 {code}，但访谈 {study.record.id} 没有表明它能区分优秀者；请斟酌。",
            f"The panel keeps {code}, which the interviews {study.record.id} do not find to set "
            "excellent performers apart; think it over.",
            code,
        )


def _not_asked(study: StudyConclusions, taken: Sequence[str]) -> Iterator[Finding]:
    for code in _beyond(taken, [str(row["item"]) for row in questionnaire(study)]):
        yield _note(
            "warning",
            f"问卷 {study.record.id} 对 {code} 没有结论：没有问到，或者算不出题总相关。",
            f"The questionnaire {study.record.id} says nothing of {code}: it did not ask about it, "
            "or its item-total correlation cannot be computed.",
            code,
        )


def _of_meeting(study: StudyConclusions, taken: Sequence[str]) -> Iterator[Finding]:
    id = study.record.id
    for code in _beyond(taken, [str(row["item"]) for row in levels(study)]):
        yield _note(
            "warning",
            f"会议 {id} 没有就 {code} 的要求等级取得一致；等级沿用访谈的建议或原模型。",
            f"The meeting {id} did not agree on a level for {code}, which stays as interviews "
            "suggest it or as the model before has it.",
            code,
        )
    adopted = {(row["item"], row["grade"]) for row in standards(study)}
    for row in study.record.rows(STANDARDS):
        if (row["item"], row["grade"]) not in adopted:
            yield _not_adopted(study, f"{row['item']} {row['grade']}")
    settled = {row["kpi"] for row in targets(study)}
    for row in study.record.rows(TARGETS):
        if row["kpi"] not in settled:
            yield _not_adopted(study, str(row["kpi"]))


def _not_adopted(study: StudyConclusions, about: str) -> Finding:
    return _note(
        "warning",
        f"会议 {study.record.id} 关于 {about} 的提案赞成人数不够，没有写进草稿，沿用原来的。",
        f"Too few of the meeting {study.record.id} are in favour of what is proposed for {about}; "
        "it is not in the draft, and what was before stays.",
        about,
    )


def _beyond(codes: Iterable[str], known: Iterable[str]) -> list[str]:
    """The codes that are not among those known, in their order."""
    among = set(known)
    return [code for code in codes if code not in among]


def _note(severity: str, zh: str, en: str, value: str) -> Finding:
    return Finding(severity, {"zh": zh, "en": en}, value=value)
