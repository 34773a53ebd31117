"""A value as a setting's type has it, from TOML or from the text of an environment variable."""

from __future__ import annotations

import math
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from kb_service.configuration.constraints import Between, OneOf, Secret
from kb_service.configuration.schema import Setting

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


class WrongValue(ValueError):
    """The value is none that the setting takes; says what to write, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def from_toml(setting: Setting, value: Any, folder: Path) -> Any:
    """The value of a TOML file; paths are taken from the file's own folder."""
    of = _without_none(setting.type)
    if of is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if of is Path and isinstance(value, str):
        return folder / Path(value).expanduser() if value else None
    if _is_list(of):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _wrong(setting)
        return tuple(value)
    if type(value) is not of:
        raise _wrong(setting)
    return _constrained(setting, value)


def from_text(setting: Setting, text: str) -> Any:
    """The value of an environment variable; a list is separated by commas."""
    of = _without_none(setting.type)
    try:
        if of is bool:
            value: Any = _boolean(text)
        elif _is_list(of):
            return tuple(item.strip() for item in text.split(",") if item.strip())
        elif of is Path:
            return Path(text).expanduser() if text else None
        else:
            value = of(text)
    except ValueError as error:
        raise _wrong(setting) from error
    return _constrained(setting, value)


def checked(setting: Setting, value: Any) -> Any:
    """A value that has the type already. Raises WrongValue when it breaks a constraint."""
    return _constrained(setting, value)


def as_toml(value: Any) -> str:
    """The value as it is written in a TOML file; None, which TOML does not have, as no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    escaped = str(value if value is not None else "")
    for character, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        escaped = escaped.replace(character, written)
    return f'"{escaped}"'


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _constrained(setting: Setting, value: Any) -> Any:
    for constraint in setting.constraints:
        if isinstance(constraint, Between):
            least, most = constraint.least, constraint.most
            if not (math.isfinite(value) and least <= value <= most):
                raise WrongValue(
                    f"应在 {least:,} 到 {most:,} 之间。",
                    f"Give a value from {least:,} to {most:,}.",
                )
        elif isinstance(constraint, OneOf) and value not in constraint.words:
            listed = ", ".join(constraint.words)
            raise WrongValue(f"应为其中之一：{listed}。", f"Write one of these: {listed}.")
        elif isinstance(constraint, Secret) and 0 < len(value) < constraint.least:
            raise WrongValue(
                f"太短，容易被猜出；至少 {constraint.least} 个字符。",
                f"Too short to be secret; give at least {constraint.least} characters.",
            )
    return value


def _without_none(of: Any) -> Any:
    if get_origin(of) in (Union, UnionType):
        return next(kind for kind in get_args(of) if kind is not type(None))
    return of


def _is_list(of: Any) -> bool:
    return get_origin(of) is tuple


def _wrong(setting: Setting) -> WrongValue:
    of = _without_none(setting.type)
    zh, en = {
        bool: ("true 或 false", "true or false"),
        int: ("整数", "a whole number"),
        float: ("数", "a number"),
        Path: ("文件路径", "the path of a file, as text"),
    }.get(of, ("文本列表", "a list of texts") if _is_list(of) else ("文本", "a text"))
    example = "" if setting.default in (None, "", ()) else as_toml(setting.default)
    return WrongValue(
        f"应为{zh}，例如 {example}。" if example else f"应为{zh}。",
        f"Give {en}, for example {example}." if example else f"Give {en}.",
    )
