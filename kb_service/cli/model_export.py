"""`rengang export model`: a position model as a file that its author may change and hand in again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from kb_service.cli.language import say
from kb_service.cli.opening import reading_anything
from kb_service.cli.terminal import remark
from kb_service.knowledge_base.model_documents import MODEL_TYPES, TURTLE

_BY_SUFFIX = {suffix: media_type for media_type, suffix in MODEL_TYPES.items()}


def export_model(words: tuple[str, ...], number: str, output: Path | None) -> None:
    """Write the model that the words of the command name.

    Raises UsageError for other words, and UnknownThingError for a model or version there is not.
    """
    if len(words) not in (2, 3) or words[0] != "model" or (len(words) == 3 and output):
        raise click.UsageError(
            say(
                "请写成：rengang export model 编号 [文件]，例如 rengang export model trainer 培训师.xlsx",
                "Write: rengang export model ID [FILE], such as rengang export model trainer "
                "trainer.xlsx",
            )
        )
    target = Path(words[2]) if len(words) == 3 else output
    media_type = _media_type(target)
    with reading_anything() as base:
        data = base.export_model(words[1], media_type, number)
    if target is None:
        sys.stdout.buffer.write(data)
        return
    with written_whole(target) as file:
        file.write(data)
    remark(say(f"已写出 {target}", f"Wrote {target}"))


def _media_type(target: Path | None) -> str:
    """What a file of this name holds. Raises UsageError for a name that says nothing."""
    if target is None:
        return TURTLE
    if (media_type := _BY_SUFFIX.get(target.suffix.lower())) is None:
        listed = "、".join(_BY_SUFFIX)
        raise click.UsageError(
            say(
                f"文件名应以 {listed} 结尾。",
                f"Give the file a name that ends in one of {', '.join(_BY_SUFFIX)}.",
            )
        )
    return media_type


@contextmanager
def written_whole(output: Path) -> Iterator[IO[bytes]]:
    """A file to write, which is there under its name once all of it is. Raises FileError."""
    unfinished = output.with_name(output.name + ".part")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(output)
    except OSError as error:
        raise click.FileError(str(output), error.strerror or str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
