"""Conditions of a rule as they are written: their sides, and the variables they compare."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<skipped><[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | [?$](?P<variable>\w+)
      | (?P<open>[({]) | (?P<close>[)}])
      | (?P<both>&&)
      | .""",
    re.VERBOSE | re.DOTALL,
)


def sides(expression: str) -> list[str]:
    """What an expression joins by `&&`; all of it when it joins nothing."""
    found, start, depth = [], 0, 0
    for token in _TOKEN.finditer(expression):
        depth += bool(token["open"]) - bool(token["close"])
        if token["both"] and not depth:
            found.append(expression[start : token.start()].strip())
            start = token.end()
    return [*found, expression[start:].strip()]


def variables_in(expression: str) -> tuple[str, ...]:
    """The names of the variables of an expression, as they come."""
    names = (token["variable"] for token in _TOKEN.finditer(expression))
    return tuple(dict.fromkeys(name for name in names if name))


def with_values(expression: str, values: dict[str, str]) -> str:
    """An expression with its variables replaced by texts, those that are known."""

    def value(token: re.Match[str]) -> str:
        name = token["variable"]
        return values.get(name, token[0]) if name else token[0]

    return " ".join(_TOKEN.sub(value, expression).split())
