"""The knowledge folder that a command about rules reads, and what it writes beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from kb_service.cli.commands import option
from kb_service.cli.failures import Failure
from kb_service.cli.findings import print_findings
from kb_service.cli.language import say
from kb_service.engine.checker import Book, read_book
from kb_service.engine.conclude import RulesDoNotSettleError
from kb_service.engine.rule_cases import BrokenCase
from kb_service.engine.rules import RuleBook, rule_book
from kb_service.findings import RefusedInput
from kb_service.knowledge_files import knowledge_root

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def with_knowledge_folder(function: _Decorated) -> _Decorated:
    """The option that names a knowledge folder; what ships with the product by default."""
    return option(
        "--knowledge",
        "root",
        metavar="DIR",
        default=knowledge_root,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        zh="含 ontology、rules、shapes 的知识文件夹；默认为随产品发布的知识。",
        en="The folder with ontology, rules and shapes; what ships by default.",
    )(function)


@contextmanager
def faults_of_the_folder_told() -> Iterator[None]:
    """Tell what keeps a knowledge folder from being read at all."""
    try:
        yield
    except RefusedInput as refused:
        print_findings(refused.findings, on_stderr=True)
        raise Failure(
            "没有写出任何内容；请改正以上各处后再试。",
            "Nothing was written; correct the above and try again.",
        ) from refused
    except BrokenCase as error:
        raise Failure(f"用例无法读取：{error}", f"A case cannot be read: {error}") from error
    except RulesDoNotSettleError as error:
        raise Failure(f"规则停不下来：{error}", f"Rules do not come to an end: {error}") from error
    except (SyntaxError, ValueError, OSError) as error:
        raise Failure(
            f"知识文件夹无法读取：{error}", f"The knowledge folder cannot be read: {error}"
        ) from error


def sound_book(root: Path) -> Book:
    """The rules of a folder, all of them. Ends the command with 1 when some cannot be read."""
    book, found = read_book(root)
    if found:
        raise RefusedInput(tuple(found))
    return book


def runnable(book: Book) -> RuleBook:
    """The rules of a book as the engine runs them. Raises ValueError for a stage that is mixed."""
    return rule_book([rule.rule for rule in book.rules])


def write(text: bytes, output: Path | None) -> None:
    """Write to a file, or to standard output when none is named."""
    if output is None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(text)
    except OSError as error:
        raise Failure(
            f"{output} 无法写入：{error.strerror}", f"{output} cannot be written: {error.strerror}"
        ) from error
    click.echo(say(f"已写出 {output}", f"Wrote {output}"), err=True)
