"""What `rengang serve --watch` says at the terminal of a folder that somebody edits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kb_service.cli.commands import data_folder
from kb_service.cli.failures import Failure, told_apart
from kb_service.cli.findings import print_findings
from kb_service.cli.language import say
from kb_service.cli.terminal import remark
from kb_service.knowledge_files import knowledge_root
from kb_service.store.data_folder import DataFolder
from kb_service.watching import NothingToWatch, Round, Stage, State, Watch, WatchedFolder

_NAMED = 3


def refuse_watching(folder: Path | None) -> None:
    """Raise Failure when a folder is to be watched for a service that has no knowledge."""
    if folder is not None:
        raise Failure(
            "--plain 不含本产品的知识，没有可载入的内容；请去掉 --watch 或 --plain。",
            "--plain serves no knowledge of ours to load anything into; leave out --watch or --plain.",
        )


def watch_over(path: Path) -> Watch:
    """A watch over a folder, which tells this terminal of every round, in its language.

    Raises Failure for a folder without ontologies.
    """
    try:
        folder = WatchedFolder.of(path)
    except NothingToWatch as error:
        raise Failure(
            f"{path} 里没有本体：请给出 .ttl 文件所在的文件夹，或含有 ontology/ 的知识文件夹。",
            f"There are no ontologies in {path}: name the folder of the .ttl files, or a knowledge "
            "folder that holds ontology/.",
        ) from error
    place = data_folder()
    with told_apart(place):
        stage = Stage(DataFolder.create_or_open(place).watched)
        stage.prepare(knowledge_root())
    parts = say("、", ", ").join(f"{name}/" for name in folder.parts)
    remark(
        say(
            f"正在监视 {folder.path}（{parts}）；结果显示在这里和 /status 页。",
            f"Watching {folder.path} ({parts}); what is found is told here and on the page /status.",
        )
    )
    context = click.get_current_context()

    def tell(ended: Round) -> None:
        with context.scope(cleanup=False):
            _tell(ended)

    return Watch(folder, stage, knowledge_root(), tell)


def _tell(ended: Round) -> None:
    time = ended.at.astimezone().strftime("%H:%M:%S")
    remark(f"{time} {_what_happened(ended)}")
    print_findings(ended.findings, on_stderr=True)


def _what_happened(ended: Round) -> str:
    files = _files(ended.changed)
    if ended.state is State.GONE:
        return say("监视的文件夹读不到了。", "The watched folder cannot be read.")
    if ended.state is State.REFUSED:
        return say(
            f"{files}：没有载入，服务保留原有内容。",
            f"{files}: not loaded, the service keeps what it has.",
        )
    if not ended.changed and ended.findings:
        return say("没有新的改动，但请注意：", "Nothing new in the folder, but mind this:")
    if not ended.changed:
        return say("文件夹与正在使用的内容一致。", "The folder holds what is being served.")
    return say(
        f"{files}：已载入，重新得出 {ended.people} 人的结论，用时 {ended.seconds:.1f} 秒。",
        f"{files}: loaded, {ended.people} people concluded again, in {ended.seconds:.1f} s.",
    )


def _files(changed: Sequence[str]) -> str:
    """The files by name, or how many there are."""
    if len(changed) > _NAMED:
        return say(f"{len(changed)} 个文件", f"{len(changed)} files")
    return say("、", ", ").join(changed) or say("文件夹", "The folder")
