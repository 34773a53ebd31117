"""What templates may call: words, numbers, badges, addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote, urlencode

from flask import Flask, request
from openpyxl.utils import get_column_letter

from kb_service.findings import Finding
from kb_service.sheets.excerpts import cell_place
from kb_service.vocabulary import NAMESPACES
from kb_service.web.labels import Label
from kb_service.web.language import language, said, say
from kb_service.web.service import knowledge_base, service

# Messages about sheets begin with their place; it has a column of its own on a page.
_PLACE_ZH = re.compile(r"((?:工作表「[^」]*」)?(?:第 \d+ 行)?(?: ?[A-Z]+ 列(?:「[^」]*」)?)?)[:：]")
_PLACE_EN = re.compile(
    r"((?:[Ss]heet [^:]*?, )?(?:[Rr]ow|[Ll]ine) \d+(?:, column [A-Z]+(?: \([^)]*\))?)?): "
)
_CHINESE_PLACES = [
    (re.compile(r"^sheet ([^,]*)(?:, )?"), r"工作表「\1」"),
    (re.compile(r"(?:row|line) (\d+)(?:, )?"), r"第 \1 行"),
    (re.compile(r"column ([A-Z]+|\d+)"), r" \1 列"),
]


def register_view(app: Flask) -> None:
    """Give the templates their functions and filters."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_global(say, "say")
    app.add_template_global(language, "language")
    app.add_template_global(address_in, "address_in")
    app.add_template_global(here_with, "here_with")
    app.add_template_global(named, "named")
    app.add_template_global(share_of_scale, "share_of_scale")
    app.add_template_filter(said, "said")
    app.add_template_filter(number, "number")
    app.add_template_filter(percent, "percent")
    app.add_template_filter(short, "short")
    app.add_template_filter(plain, "plain")
    app.add_template_global(placed, "placed")
    app.add_template_global(cell_name, "cell_name")


def number(value: float | int | None) -> str:
    """7.0 as 7, 7.5 as 7.5, nothing as a dash."""
    if value is None:
        return "–"
    return f"{value:.1f}".removesuffix(".0")


def plain(value: float | int) -> str:
    """A number with all the digits it has: 0.3 as 0.3, 8.0 as 8."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def percent(value: float | int | None) -> str:
    """82.3 as 82.3%, nothing as a dash."""
    return "–" if value is None else f"{value:.1f}%"


def short(iri: object) -> str:
    """An IRI with a prefix of ours in place of its namespace; anything else as it is."""
    text = str(iri)
    spaces = [space for space in NAMESPACES.items() if text.startswith(space[1])]
    if not spaces:
        return text
    prefix, namespace = max(spaces, key=lambda space: len(space[1]))
    return f"{prefix}:{text[len(namespace) :]}"


def named(prefix: str, local: str | None) -> Label | None:
    """The label of `prefix:local`, the id itself where it has none."""
    return service().labels.shared().named(prefix, local)


def share_of_scale(framework: str, dimension: str, level: float | None) -> float:
    """Where a level stands on its dimension's scale, from 0 to 100."""
    known: Mapping[str, Any] = knowledge_base().catalogue.dimensions.get(framework, {})
    top = float(known[dimension].maximum) if dimension in known else 10.0
    return 0.0 if level is None else max(0.0, min(100.0, 100 * level / top))


def placed(finding: Finding | Mapping[str, Any]) -> tuple[str, str]:
    """Where a finding belongs and what it says, as two texts in the reader's language."""
    shown = finding.as_json() if isinstance(finding, Finding) else finding
    words, where = said(cast(Mapping[str, object], shown["message"])), str(shown.get("where", ""))
    match = (_PLACE_ZH if language() == "zh" else _PLACE_EN).match(words)
    if match and match[1]:
        rest = words[match.end() :]
        return match[1], rest
    return (_in_chinese(where) if language() == "zh" else where), words


def cell_name(finding: Finding) -> str:
    """The cell that a finding stands in, such as `H7`; empty where it is in none."""
    place = cell_place(finding.where)
    return f"{get_column_letter(place.column)}{place.row}" if place and place.column else ""


def _in_chinese(where: str) -> str:
    for pattern, words in _CHINESE_PLACES:
        where = pattern.sub(words, where)
    return where


def address_in(lang: str) -> str:
    """The address of this page in another language."""
    return here_with(lang=lang)


def here_with(**changes: str | int) -> str:
    """The address of this page with some of its query parameters set otherwise.

    Slashes at the start are made one, lest the address name another host.
    """
    path = quote("/" + request.path.lstrip("/\\"))
    given = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return f"{path}?{urlencode([*given, *changes.items()])}"
