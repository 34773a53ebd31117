"""The configuration of a run, with where each value comes from, or everything that is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from kb_service.configuration.faults import ConfigurationRefused, Fault
from kb_service.configuration.positions import line_of, positions
from kb_service.configuration.schema import built, contradictions, sections, settings
from kb_service.configuration.settings import Configuration
from kb_service.configuration.values import WrongValue, checked, from_text, from_toml

OTHER_VARIABLES = frozenset(
    {"RENGANG_CACHE", "RENGANG_CONFIG", "RENGANG_DATA", "RENGANG_TOKEN", "RENGANG_URL"}
)
"""Variables of ours that are no settings of the service."""
_PREFIX = "RENGANG_"


class Origin(StrEnum):
    """What kind of place a value comes from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    OPTION = "option"


@dataclass(frozen=True)
class Source:
    """Where a value comes from: the kind of place, and the line, variable or option."""

    kind: Origin
    where: str


@dataclass(frozen=True)
class Loaded:
    """A configuration, and where each value in it that is no default comes from, by path."""

    configuration: Configuration
    sources: Mapping[str, Source]


@dataclass
class _Gathered:
    """What was read so far: later sources win, faults add up."""

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, path: str, where: str, zh: str, en: str) -> None:
        self.faults.append(Fault(path, where, zh, en))


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    options: Mapping[str, tuple[str, Any]] | None = None,
) -> Loaded:
    """The configuration of a TOML file, the environment and the options of a command.

    `options` has for the path of a setting the option's name and its value. Later sources win.
    Raises ConfigurationRefused with everything that is wrong in any of them.
    """
    gathered = _Gathered()
    if file is not None:
        _take_file(gathered, file)
    _take_environment(gathered, environment or {})
    for path, (option, value) in (options or {}).items():
        read = partial(checked, settings()[path], value)
        _take(gathered, path, read, Source(Origin.OPTION, option))
    configuration = built(gathered.values)
    for path, found in contradictions(configuration):
        said = gathered.sources.get(path)
        gathered.refuse(path, said.where if said else "", found.zh, found.en)
    if gathered.faults:
        raise ConfigurationRefused(gathered.faults)
    return Loaded(configuration, gathered.sources)


def _take_file(gathered: _Gathered, file: Path) -> None:
    try:
        text = file.read_bytes().decode("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        gathered.refuse("", str(file), f"无法读取（{reason}）。", f"Cannot be read ({reason}).")
        return
    except UnicodeDecodeError:
        gathered.refuse("", str(file), "请存为 UTF-8 编码。", "Save it as UTF-8.")
        return
    except tomllib.TOMLDecodeError as error:
        gathered.refuse("", str(file), f"不是 TOML：{error}。", f"This is no TOML: {error}.")
        return
    lines = positions(text)
    for path, value in _flat(document):
        line = line_of(lines, path)
        where = f"{file}:{line}" if line else str(file)
        if path in sections():
            gathered.refuse(
                path,
                where,
                f"{path} 是一节，写成 [{path}]，下面是它的设置。",
                f"{path} is a section; write [{path}] and its settings below.",
            )
        elif path not in settings():
            gathered.refuse(path, where, *_unknown(path, settings()))
        else:
            read = partial(from_toml, settings()[path], value, file.parent)
            _take(gathered, path, read, Source(Origin.FILE, where))


def _take_environment(gathered: _Gathered, environment: Mapping[str, str]) -> None:
    known = {setting.variable: setting for setting in settings().values()}
    for name in sorted(environment):
        if not name.startswith(_PREFIX) or name in OTHER_VARIABLES:
            continue
        if name in known:
            setting = known[name]
            read = partial(from_text, setting, environment[name])
            _take(gathered, setting.path, read, Source(Origin.ENVIRONMENT, name))
        else:
            gathered.refuse("", name, *_unknown(name, [*known, *OTHER_VARIABLES]))


def _take(gathered: _Gathered, path: str, read: Callable[[], Any], source: Source) -> None:
    try:
        value = read()
    except WrongValue as error:
        gathered.refuse(path, source.where, error.zh, error.en)
    else:
        gathered.values[path] = value
        gathered.sources[path] = source


def _unknown(name: str, known: Iterable[str]) -> tuple[str, str]:
    close = get_close_matches(name, known, n=1)
    if close:
        return (
            f"没有这个设置；是不是 {close[0]}？",
            f"There is no such setting. Did you mean {close[0]}?",
        )
    return (
        "没有这个设置；用 rengang config show 列出全部。",
        "There is no such setting; rengang config show lists all.",
    )


def _flat(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by its dotted path; a table below a setting is a value that does not fit."""
    for name, value in document.items():
        path = prefix + name
        if isinstance(value, dict) and path not in settings():
            yield from _flat(value, path + ".")
        else:
            yield path, value
