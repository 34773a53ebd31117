"""The knowledge base of a command, opened to read or to write, and its failures told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_service.cli.commands import data_folder
from kb_service.cli.failures import told_apart
from kb_service.cli.language import say
from kb_service.cli.terminal import progress, remark
from kb_service.knowledge_base import KnowledgeBase


@contextmanager
def reading() -> Iterator[KnowledgeBase]:
    """The knowledge base as it is at this moment, whether or not a service writes it."""
    folder = data_folder()
    with told_apart(folder):
        base = KnowledgeBase.open(folder, read_only=True)
        try:
            yield base
        finally:
            base.close()


@contextmanager
def reading_anything() -> Iterator[KnowledgeBase]:
    """The same, and without a data folder one that knows only what ships with the product."""
    folder = data_folder()
    if folder.exists() and any(folder.iterdir()):
        with reading() as base:
            yield base
        return
    with told_apart(folder), TemporaryDirectory() as scratch:
        base = KnowledgeBase.open(Path(scratch) / "data")
        try:
            yield base
        finally:
            base.close()


@contextmanager
def writing() -> Iterator[KnowledgeBase]:
    """The knowledge base to change; the data folder is made when there is none."""
    folder = data_folder()
    with told_apart(folder):
        new = not folder.exists()
        with progress(say("载入知识", "Loading the knowledge")) as step:
            base = KnowledgeBase.open(folder, progress=step)
        if new:
            remark(say(f"已新建数据文件夹 {folder}", f"Made the data folder {folder}"))
        try:
            yield base
        finally:
            base.close()
