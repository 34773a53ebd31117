"""The language of this run, and what is said in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

LANGUAGES = ("zh", "en")
_KEY = "rengang.language"


@dataclass(frozen=True)
class Words:
    """The same thing said in Chinese and in English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if language() == "zh" else self.en


def default_language(environment: Mapping[str, str] | None = None) -> str:
    """`zh` when the locale is Chinese, `en` otherwise."""
    given = os.environ if environment is None else environment
    locale = given.get("LC_ALL") or given.get("LC_MESSAGES") or given.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def language() -> str:
    """The language asked for with `--lang`, that of the locale when none was."""
    context = click.get_current_context(silent=True)
    chosen = context.meta.get(_KEY) if context else None
    return str(chosen or default_language())


def choose_language(context: click.Context, _: click.Parameter, value: str | None) -> None:
    """Speak the language that `--lang` names from here on."""
    if value:
        context.meta[_KEY] = value


def say(zh: str, en: str) -> str:
    """The text in the language of this run."""
    return zh if language() == "zh" else en


def label(row: Mapping[str, Any], prefix: str = "label") -> str:
    """The label that a question's row gives in the language of this run."""
    return str(row.get(f"{prefix}_{language()}") or "")


def told(labels: Mapping[str, Any] | None) -> str:
    """The text of a mapping from languages to texts in the language of this run."""
    return str((labels or {}).get(language()) or "")
