"""Commands and options whose help is in the language of the run."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kb_service.cli.language import LANGUAGES, Words, choose_language

_DATA = "rengang.data"
_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


class _HasWords:
    """Help written out by hand: what the command does, then examples."""

    def __init__(self, *arguments: Any, words: Words, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._words = words

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the text as it stands: it is laid out already, and Chinese has no spaces."""
        del ctx
        text = textwrap.dedent(str(self._words)).strip()
        formatter.write("\n" + textwrap.indent(text, "  ") + "\n")

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first line, for the list of commands."""
        del limit
        return textwrap.dedent(str(self._words)).strip().splitlines()[0]


class Command(_HasWords, click.Command):
    """A command that explains itself in two languages."""


class Group(_HasWords, click.Group):
    """The command that holds the others."""

    def __init__(self, *arguments: Any, closing: Words, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._closing = closing

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which one comes to need them."""
        del ctx
        return list(self.commands)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what concerns all commands."""
        del ctx
        formatter.write("\n" + textwrap.dedent(str(self._closing)).strip() + "\n")


class Option(click.Option):
    """An option whose help is in two languages."""

    def __init__(self, *arguments: Any, words: Words, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._words = words

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help, said in the language of this run."""
        self.help = str(self._words)
        return super().get_help_record(ctx)


def option(*names: str, zh: str, en: str, **settings: Any) -> Callable[[_Decorated], _Decorated]:
    """An option with its help in both languages."""
    return click.option(*names, cls=Option, words=Words(zh, en), **settings)


def default_data_folder() -> Path:
    """`RENGANG_DATA`, or else where this system keeps a user's data."""
    if given := os.environ.get("RENGANG_DATA"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "rengang"
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "rengang"


def data_folder() -> Path:
    """The data folder of this run: that of `--data`, or the default."""
    return chosen_data_folder() or default_data_folder()


def chosen_data_folder() -> Path | None:
    """The data folder of `--data`, None when it was left out."""
    chosen = click.get_current_context().meta.get(_DATA)
    return Path(chosen) if chosen else None


def _choose_data(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value:
        context.meta[_DATA] = value


def with_shared_options(function: _Decorated) -> _Decorated:
    """The options that every command takes, before its name or after it."""
    language = option(
        "--lang",
        type=click.Choice(LANGUAGES),
        is_eager=True,
        expose_value=False,
        callback=choose_language,
        zh="输出语言；默认取自系统区域设置。",
        en="Language of the output; that of the locale by default.",
    )
    data = option(
        "--data",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        expose_value=False,
        callback=_choose_data,
        zh="数据文件夹；默认取 RENGANG_DATA，否则为用户数据文件夹。",
        en="The data folder; RENGANG_DATA or a folder of yours by default.",
    )
    return language(data(function))
