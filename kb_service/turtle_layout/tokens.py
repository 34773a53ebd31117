"""IRIs and literals as Turtle writes them, with the prefixes that they use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pyoxigraph import Literal, NamedNode

from kb_service.vocabulary import NAMESPACES, iri

_BARE = {
    iri("xsd", "boolean"): re.compile(r"true|false"),
    iri("xsd", "decimal"): re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    iri("xsd", "integer"): re.compile(r"[+-]?[0-9]+"),
}
_LETTERS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_LOCAL_NAME = re.compile(rf"[{_LETTERS}0-9_](?:[{_LETTERS}0-9_.-]*[{_LETTERS}0-9_-])?")
_STRING = iri("xsd", "string")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\ufeff]"
)


class Tokens:
    """Terms as text; remembers which prefixes that text uses.

    Prefixes are those of the product; `prefixes` are further ones, of the text that is laid out.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        further = {
            namespace: name
            for name, namespace in sorted(prefixes.items(), reverse=True)
            if name not in NAMESPACES and namespace
        }
        ours = {namespace: name for name, namespace in NAMESPACES.items()}
        self._namespaces = {**further, **ours}
        self._names: dict[NamedNode, str] = {}
        self.used: dict[str, str] = {}

    def iri(self, node: NamedNode) -> str:
        """`prefix:local` where a prefix fits, the whole IRI otherwise."""
        if node not in self._names:
            self._names[node] = self._name(node)
        return self._names[node]

    def _name(self, node: NamedNode) -> str:
        fits = [
            namespace
            for namespace in self._namespaces
            if node.value.startswith(namespace)
            and _LOCAL_NAME.fullmatch(node.value, len(namespace))
        ]
        if not fits:
            return str(node)
        namespace = max(fits, key=len)
        prefix = self._namespaces[namespace]
        self.used[prefix] = namespace
        return f"{prefix}:{node.value[len(namespace) :]}"

    def literal(self, literal: Literal) -> str:
        """The literal, bare where Turtle has a bare form for it."""
        bare = _BARE.get(literal.datatype)
        if bare and bare.fullmatch(literal.value):
            return literal.value
        text = _quoted(literal.value)
        if literal.language:
            return f"{text}@{literal.language}{_direction(literal)}"
        if literal.datatype == _STRING:
            return text
        return f"{text}^^{self.iri(literal.datatype)}"


def columns(text: str) -> int:
    """The width on a screen, where a Chinese character takes two columns."""
    return sum(2 if "⺀" <= character <= "￠" else 1 for character in text)


def language_order(literal: Literal) -> tuple[bool, str]:
    """What sorts values: Chinese first, as the sources are; then the others by their tag."""
    language = literal.language or ""
    return (not language.startswith("zh"), language)


def _direction(literal: Literal) -> str:
    return f"--{str(literal.direction).lower()}" if literal.direction else ""


@cache
def _escape(character: str) -> str:
    return f"\\u{ord(character):04X}"


def _quoted(value: str) -> str:
    """The text between quotes; what nobody would see in an editor is spelt out."""
    escaped = value.replace("\\", "\\\\").replace("\r", "\\r")
    escaped = _INVISIBLE.sub(lambda found: _escape(found[0]), escaped)
    if "\n" not in value:
        return '"' + escaped.replace('"', '\\"').replace("\t", "\\t") + '"'
    return '"""' + re.sub(r'"(?="|\Z)', '\\"', escaped) + '"""'
