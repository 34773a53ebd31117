"""What would make a parser explode, found before it runs, in time linear in the input."""

from __future__ import annotations

import re
from xml.parsers import expat

from kb_service.findings import Finding, violation
from kb_service.validation.text import shown

DEEPEST = 100
_MOST_ENTITIES = 100
_LONGEST_ENTITY = 300
_MOST_EXPANDED = 5_000_000
_JSON_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_OWL_XML = "http://www.w3.org/2002/07/owl# Ontology"
_UTF8_NAMES = {"utf-8", "utf8", "us-ascii", "ascii"}


def json_faults(text: bytes) -> list[Finding]:
    """Nesting deeper than anything meant, which would take the parser's stack or hours."""
    depth = 0
    for token in _JSON_TOKENS.finditer(text):
        first = token.group()[:1]
        depth += (first in (b"[", b"{")) - (first in (b"]", b"}"))
        if depth > DEEPEST:
            return [_too_deep(text.count(b"\n", 0, token.start()) + 1)]
    return []


def turtle_faults(text: bytes) -> list[Finding]:
    """Quoted triples inside one another, which would take the parser's stack."""
    if text.count(b"<<") <= DEEPEST:
        return []
    return [_too_deep(text.count(b"\n", 0, text.find(b"<<")) + 1)]


def xml_faults(text: bytes) -> list[Finding]:
    """Broken XML with its line and column, entities that multiply, nesting without end."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    guard = _XmlGuard(parser, text)
    try:
        parser.Parse(text, True)
    except _Refused:
        return [guard.fault] if guard.fault else []
    except expat.ExpatError as error:
        return [_broken_xml(error)]
    return []


class _Refused(Exception):
    """The guard has seen enough."""


class _XmlGuard:
    def __init__(self, parser: expat.XMLParserType, text: bytes) -> None:
        self.fault: Finding | None = None
        self._parser = parser
        self._text = text
        self._depth = 0
        self._entities = 0
        self._expanded = 0
        parser.XmlDeclHandler = self._declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._entity

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in _UTF8_NAMES:
            self._refuse(_other_encoding(encoding))

    def _start(self, name: str, _attributes: object) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(_too_deep(self._parser.CurrentLineNumber))
        if self._depth == 1 and name == _OWL_XML:
            self._refuse(_owl_xml())

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _entity(self, name: str, _parameter: object, value: str | None, *_rest: object) -> None:
        uses = self._text.count(f"&{name};".encode())
        self._expanded += uses * len(value or "")
        self._entities += 1
        multiplies = value is None or "&" in value or len(value) > _LONGEST_ENTITY
        if multiplies or self._expanded > _MOST_EXPANDED or self._entities > _MOST_ENTITIES:
            self._refuse(_bad_entity(name, self._parser.CurrentLineNumber))

    def _refuse(self, fault: Finding) -> None:
        self.fault = fault
        raise _Refused


def _other_encoding(name: str) -> Finding:
    short = shown(name, 40)
    return violation(
        f'第 1 行声明的编码是 {short}；请另存为 UTF-8，并写 encoding="UTF-8"。',
        f'Line 1 declares the encoding {short}; save the file as UTF-8 and write encoding="UTF-8".',
        "line 1",
        short,
    )


def _too_deep(line: int) -> Finding:
    return violation(
        f"第 {line} 行起嵌套过深；请把内容写得扁平一些，最多 {DEEPEST} 层。",
        f"From line {line} on this is nested too deeply; write it flatter, {DEEPEST} levels at"
        " most.",
        f"line {line}",
    )


def _broken_xml(error: expat.ExpatError) -> Finding:
    line, column = error.lineno, error.offset + 1
    reason = expat.ErrorString(error.code)
    return violation(
        f"第 {line} 行第 {column} 列的 XML 有误；请改正此处的标签、引号或前缀后再提交（{reason}）。",
        f"The XML is broken at line {line}, column {column}; correct the tag, quote or prefix there"
        f" ({reason}).",
        f"line {line}, column {column}",
    )


def _bad_entity(name: str, line: int) -> Finding:
    short = shown(name, 40)
    return violation(
        f"第 {line} 行的实体 &{short}; 不能用；请直接写出它的内容。",
        f"The entity &{short}; of line {line} cannot be used; write what it stands for.",
        f"line {line}",
    )


def _owl_xml() -> Finding:
    return violation(
        "这是 OWL/XML 文件；请在 Protégé 中用“另存为”选择 Turtle 或 RDF/XML 后再提交。",
        "This is OWL/XML; in Protégé choose Save as, then Turtle or RDF/XML, and hand that in.",
    )
