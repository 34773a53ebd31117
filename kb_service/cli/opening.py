"""The knowledge base as the user of a command sees it, opened to read or to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_service.access.erasure import finish
from kb_service.access.opening import register_of
from kb_service.access.roles import LOCAL
from kb_service.access.view import View
from kb_service.cli.auditing import audited
from kb_service.cli.commands import data_folder
from kb_service.cli.configured import configured, journal_policy
from kb_service.cli.failures import PEOPLE_BY_SERVICE, told_apart
from kb_service.cli.language import Words, say
from kb_service.cli.terminal import progress, remark
from kb_service.configuration import Configuration, ModelLimits
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.upgrading import migrations_due


@contextmanager
def reading(models: ModelLimits | None = None) -> Iterator[View]:
    """The knowledge base as it is at this moment, whether or not a service writes it.

    `models` is what reading a position model may take, for commands that read one.
    """
    folder = data_folder()
    with told_apart(folder):
        base = KnowledgeBase.open(folder, read_only=True, models=models)
        try:
            if migrations_due(base.store, base.root):
                remark(
                    say(
                        "数据是较早的版本写的，答案可能不全；请运行 rengang upgrade。",
                        "An earlier release wrote the data, so answers may lack something; "
                        "run rengang upgrade.",
                    )
                )
            with _seen(base, read_only=True) as view:
                yield view
        finally:
            base.close()


@contextmanager
def reading_anything(models: ModelLimits | None = None) -> Iterator[View]:
    """The same, and without a data folder one that knows only what ships with the product."""
    folder = data_folder()
    if folder.exists() and any(folder.iterdir()):
        with reading(models) as view:
            yield view
        return
    with told_apart(folder), TemporaryDirectory() as scratch:
        with progress(say("载入知识", "Loading the knowledge")) as step:
            base = KnowledgeBase.open(Path(scratch) / "data", progress=step, models=models)
        try:
            with _seen(base) as view:
                yield view
        finally:
            base.close()


@contextmanager
def writing(
    configuration: Configuration | None = None,
    by_service: Words = PEOPLE_BY_SERVICE,
    root: Path | None = None,
) -> Iterator[View]:
    """The knowledge base to change; the data folder is made when there is none.

    Without a configuration it is the one that a command without `--config` has. `by_service` says
    what to do instead while a service has the folder. `root` is the knowledge folder, that of the
    product by default.
    """
    folder = data_folder()
    configuration = configuration or configured(None).configuration
    policy = journal_policy(configuration)
    with told_apart(folder, by_service):
        new = not folder.exists()
        with progress(say("载入知识", "Loading the knowledge")) as step:
            base = KnowledgeBase.open(
                folder, progress=step, journal=policy, root=root, models=configuration.models
            )
        if new:
            remark(say(f"已新建数据文件夹 {folder}", f"Made the data folder {folder}"))
        try:
            with _seen(base, changes=True) as view:
                _finish_erasures(view)
                yield view
        finally:
            base.close()


def _finish_erasures(view: View) -> None:
    """Erase whoever should be and is still there, before anybody reads about them."""
    from kb_service.web.forgetting import elsewhere_in

    if finished := finish(view, elsewhere_in(view.knowledge_base.store.data)):
        remark(
            say(
                f"已补完先前的删除：{finished} 人。",
                f"Finished an earlier erasure of {finished} people.",
            )
        )


@contextmanager
def _seen(base: KnowledgeBase, *, read_only: bool = False, changes: bool = False) -> Iterator[View]:
    """The knowledge base to whoever is at this machine and may read its files, told to the audit."""
    register = register_of(base, read_only=read_only)
    try:
        with audited(base.store.data.audit) as audit, audit.change() if changes else nullcontext():
            yield View(base, register, LOCAL, audit.note_people)
    finally:
        register.close()
