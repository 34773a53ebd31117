"""Why a command could not do what was asked, each with the exit code it deserves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

import click

from kb_service.audit import AuditUnavailable
from kb_service.cli.findings import print_findings
from kb_service.cli.language import Words, say
from kb_service.engine.explain import NothingConcludedError
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import UnknownThingError, UpgradeDue
from kb_service.questions import questions
from kb_service.reasoning import ReasonerFailed
from kb_service.store import NotADataFolder, StoreInUse, StoreUnavailable
from kb_service.workers import WorkerBusy, WorkerDied, WorkerFailed, WorkerTimedOut

_KINDS = {
    "appraisal of": Words("考核记录", "appraisal of"),
    "assessment": Words("测评", "assessment"),
    "rule about these things": Words("就这些内容得出结论的规则", "rule about these things for"),
    "dimension": Words("维度", "dimension"),
    "kind of conclusion": Words("结论或结论的类", "verdict or kind of conclusion"),
    "goal": Words("绩效目标", "goal"),
    "kpi": Words("绩效指标", "KPI"),
    "measurement": Words("绩效数据", "measurement"),
    "model": Words("岗位模型", "position model"),
    "model version": Words("模型版本", "version"),
    "objection": Words("异议", "objection"),
    "parameter": Words("参数", "parameter"),
    "period": Words("考核周期", "period"),
    "rater": Words("评价人代号", "rater"),
    "plan": Words("绩效方案", "performance plan"),
    "planGroup": Words("方案一级指标", "group of a plan"),
    "planItem": Words("方案二级指标", "item of a plan"),
    "team": Words("班组", "team"),
    "person": Words("人员", "person"),
    "rating-form": Words("评价表", "rating form"),
    "question": Words("问题", "question"),
    "requirement": Words("岗位要求", "requirement"),
    "study": Words("研究", "study"),
    "study-kind": Words("研究种类", "kind of study"),
    "decision on item": Words("对该项目的决定", "decision on the item"),
    "round": Words("轮次", "round"),
    "training": Words("培训", "training"),
    "verdict": Words("结论", "verdict"),
}
_LISTS = {
    "period": "rengang ask periods",
    "plan": "rengang plan list",
    "model": "rengang ask position-models",
    "model version": "rengang model list",
    "study": "rengang study list",
    "person": "rengang ask people",
    "training": "rengang ask trainings",
    "verdict": "rengang ask verdicts",
    "dimension": "rengang ask dimensions",
    "question": "rengang ask",
}


class Failure(click.ClickException):
    """A failure told in the language of the run; the class decides the exit code.

    1 is for findings and refused input; 2 is click's, for a command that was not understood.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(say(zh, en))
        self._beginning = say("错误：", "Error: ")  # the run's language is gone when it is shown

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the reason on stderr."""
        click.echo(self._beginning + self.message, file=file, err=file is None)


class NotFound(Failure):
    """Nothing has the id that was given."""

    exit_code = 3


class Unavailable(Failure):
    """The data folder, or what works on the input, cannot be used now."""

    exit_code = 4


PEOPLE_BY_SERVICE = Words(
    "请改用服务的导入页面 /import，或 PUT /api/v1/people/{编号}；",
    "Use the service's page /import or PUT /api/v1/people/{id}, ",
)
"""What to do about people while a service has the data folder."""


@contextmanager
def told_apart(folder: Path, by_service: Words = PEOPLE_BY_SERVICE) -> Iterator[None]:
    """Turn what the layers below raise into failures with exit codes.

    `by_service` says what to do instead while a service has the data folder.
    """
    try:
        yield
    except RefusedInput as refused:
        print_findings(refused.findings, on_stderr=True)
        raise Failure(
            "没有存入任何内容；请改正以上各处后再试。",
            "Nothing was stored; correct the above and try again.",
        ) from refused
    except UnknownThingError as error:
        raise _unknown(error) from error
    except NothingConcludedError as error:
        raise NotFound(f"没有得出这一结论：{error}", f"This was not concluded: {error}") from error
    except StoreInUse as error:
        raise _in_use(folder, by_service) from error
    except NotADataFolder as error:
        raise _no_data(folder, error) from error
    except UpgradeDue as error:
        raise _upgrade_due(folder, error) from error
    except StoreUnavailable as error:
        raise Unavailable(error.state.zh, error.state.en) from error
    except AuditUnavailable as error:
        raise Unavailable(
            f"审计记录无法写入，因此没有继续：{error.__cause__ or error}",
            f"The audit trail cannot be written, so nothing was done: {error.__cause__ or error}",
        ) from error
    except ReasonerFailed as error:
        raise no_answer(error) from error
    except (WorkerBusy, WorkerDied, WorkerFailed, WorkerTimedOut) as error:
        raise Unavailable(
            f"处理输入的进程没有完成工作（{error}）；内容可能过大或过于复杂。",
            f"The process that works on the input did not finish ({error}); "
            "it may be too large or too complex.",
        ) from error


def no_answer(error: ReasonerFailed) -> Unavailable:
    """What is said where a reasoner neither finishes in time nor says why."""
    return Unavailable(f"推理机没有给出答案：{error}", f"The reasoner gave no answer: {error}")


def _unknown(error: UnknownThingError) -> NotFound:
    if error.kind == "value for parameter":
        return NotFound(
            f"请给出参数 {error.id}，例如 {error.id}=…",
            f"Give a value for {error.id}, as in {error.id}=…",
        )
    kind = _KINDS.get(error.kind, Words(error.kind, error.kind))
    close = get_close_matches(error.id, questions()) if error.kind == "question" else []
    zh, en = f"没有{kind.zh}「{error.id}」。", f"There is no {kind.en} {error.id}."
    if close:
        zh, en = f"{zh}是不是 {close[0]}？", f"{en} Did you mean {close[0]}?"
    if listing := _LISTS.get(error.kind):
        zh, en = f"{zh}用 {listing} 列出全部。", f"{en} To list all: {listing}"
    return NotFound(zh, en)


def _in_use(folder: Path, by_service: Words) -> Unavailable:
    return Unavailable(
        f"数据文件夹 {folder} 正被占用，多半是 rengang serve 在运行。\n"
        f"{by_service.zh}也可以先停止服务，再运行本命令。",
        f"The data folder {folder} is in use, most likely by a running rengang serve.\n"
        f"{by_service.en}or stop the service and run this again.",
    )


def _upgrade_due(folder: Path, error: UpgradeDue) -> Unavailable:
    return Unavailable(
        f"数据文件夹 {folder} 是较早的版本写的，须先升级（{error}）。\n"
        "请运行 rengang upgrade：它先备份，再升级；加 --dry-run 只看会改什么。",
        f"An earlier release wrote the data folder {folder}; it has to be upgraded ({error}).\n"
        "Run rengang upgrade, which backs up first; with --dry-run it only says what it would do.",
    )


def _no_data(folder: Path, error: NotADataFolder) -> Unavailable:
    if folder.exists() and any(folder.iterdir()):
        return Unavailable(f"无法使用数据文件夹 {folder}：{error}", str(error))
    return Unavailable(
        f"{folder} 里还没有数据。请先运行 rengang serve --example 或 rengang import 文件。",
        f"There is no data in {folder} yet. Begin with rengang serve --example or rengang import FILE.",
    )
