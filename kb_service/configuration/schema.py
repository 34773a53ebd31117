"""The settings that there are, read off the dataclasses that hold them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from kb_service.configuration.constraints import AtStart, Contradiction, Secret
from kb_service.configuration.settings import Configuration


@dataclass(frozen=True)
class Setting:
    """One setting: where it is said, what it may be, and what it is for."""

    path: str
    """`section.name`, or the name alone at the top."""
    type: Any
    default: Any
    constraints: tuple[Any, ...]
    description: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "RENGANG_" + self.path.replace(".", "_").upper()

    @property
    def is_secret(self) -> bool:
        """Whether its value is shown to nobody."""
        return any(isinstance(constraint, Secret) for constraint in self.constraints)

    @property
    def counts_from_start(self) -> bool:
        """Whether another value needs a restart."""
        return any(isinstance(constraint, AtStart) for constraint in self.constraints)


@cache
def settings() -> Mapping[str, Setting]:
    """Every setting by its path, in the order in which they are declared."""
    return {setting.path: setting for setting in _settings_of(Configuration, "")}


@cache
def sections() -> Mapping[str, str]:
    """What each section is about, by its name."""
    return {
        name: (inspect.getdoc(kind) or "").split("\n\n", maxsplit=1)[0]
        for name, kind in get_type_hints(Configuration).items()
        if is_dataclass(kind)
    }


def _settings_of(kind: type[Any], prefix: str) -> Iterator[Setting]:
    types = get_type_hints(kind, include_extras=True)
    descriptions = _descriptions(kind)
    defaults = kind()
    for declared in fields(kind):
        path, of = prefix + declared.name, types[declared.name]
        if is_dataclass(of) and isinstance(of, type):
            yield from _settings_of(of, path + ".")
            continue
        constraints: tuple[Any, ...] = ()
        if get_origin(of) is Annotated:
            of, *rest = get_args(of)
            constraints = tuple(rest)
        yield Setting(
            path,
            of,
            getattr(defaults, declared.name),
            constraints,
            descriptions.get(declared.name, ""),
        )


def _descriptions(kind: type[Any]) -> dict[str, str]:
    """The text that stands below each field."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    found = {}
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    for before, after in zip(body, body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            found[before.target.id] = inspect.cleandoc(after.value.value)
    return found


def built(values: Mapping[str, Any]) -> Configuration:
    """The configuration with these values by path, defaults elsewhere."""
    top: dict[str, Any] = {}
    for name, kind in get_type_hints(Configuration).items():
        if is_dataclass(kind) and isinstance(kind, type):
            inner = {
                path.removeprefix(name + "."): value
                for path, value in values.items()
                if path.startswith(name + ".")
            }
            top[name] = kind(**inner)
        elif name in values:
            top[name] = values[name]
    return Configuration(**top)


def contradictions(configuration: Configuration) -> Iterator[tuple[str, Contradiction]]:
    """Every setting that does not go with others, with its path."""
    parts: list[tuple[str, Any]] = [("", configuration)]
    parts += [
        (declared.name + ".", value)
        for declared in fields(configuration)
        if is_dataclass(value := getattr(configuration, declared.name))
    ]
    for prefix, part in parts:
        find = getattr(part, "contradictions", None)
        for contradiction in find() if find else ():
            yield prefix + contradiction.setting, contradiction


def value_of(configuration: Configuration, path: str) -> Any:
    """The value of a setting."""
    value: Any = configuration
    for name in path.split("."):
        value = getattr(value, name)
    return value
