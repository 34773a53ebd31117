"""What each route does, read from `operations.toml`, and each of the parameters."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Words:
    """The same in both languages."""

    zh: str = ""
    en: str = ""

    def said(self, language: str) -> str:
        """The text in one of the languages."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Example:
    """A request to try, given the example organisation."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    accept: str = ""
    type: str = ""
    text: str = ""
    body: Any = None
    status: int = 0
    """The status of the answer where it is none of those that mean success."""


@dataclass(frozen=True)
class Operation:
    """A method at an address: what it takes, what it answers and which requests it refuses."""

    summary: Words
    more: Words = Words()
    tag: str = "about"
    query: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    body: str = ""
    takes: tuple[str, ...] = ()
    answer: str = ""
    gives: tuple[str, ...] = ()
    refuses: tuple[int, ...] = ()
    statuses: tuple[int, ...] = (200,)
    """Of the answers to what is carried out."""
    write: bool = False
    """Changes what is stored."""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """Something that an address or a header carries."""

    words: Words
    schema: Mapping[str, Any]
    example: str = ""


@cache
def operations() -> Mapping[tuple[str, str], Operation]:
    """Every operation that is described, by its method and its address as Flask has it."""
    found = {}
    for name, table in _read("operations.toml").items():
        method, _, rule = name.partition(" ")
        found[method, rule] = _operation(table)
    return found


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter by name."""
    return {
        name: Parameter(Words(table["zh"], table["en"]), table["schema"], table.get("example", ""))
        for name, table in _read("parameters.toml").items()
    }


def _operation(table: dict[str, Any]) -> Operation:
    rest = dict(table)
    summary = Words(rest.pop("zh"), rest.pop("en"))
    more = Words(rest.pop("more_zh", ""), rest.pop("more_en", ""))
    examples = tuple(Example(**example) for example in rest.pop("examples", ()))
    lists = {name: tuple(value) for name, value in rest.items() if isinstance(value, list)}
    return Operation(summary, more, examples=examples, **{**rest, **lists})


def _read(name: str) -> dict[str, Any]:
    text = (files("kb_service.web.openapi") / name).read_text(encoding="utf-8")
    return tomllib.loads(text)
