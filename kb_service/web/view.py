"""What templates may call: words, numbers, badges, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, request

from kb_service.vocabulary import NAMESPACES
from kb_service.web.labels import Label
from kb_service.web.language import language, said, say
from kb_service.web.service import knowledge_base, service


def register_view(app: Flask) -> None:
    """Give the templates their functions and filters."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_global(say, "say")
    app.add_template_global(language, "language")
    app.add_template_global(address_in, "address_in")
    app.add_template_global(named, "named")
    app.add_template_global(share_of_scale, "share_of_scale")
    app.add_template_filter(said, "said")
    app.add_template_filter(number, "number")
    app.add_template_filter(percent, "percent")
    app.add_template_filter(short, "short")


def number(value: float | int | None) -> str:
    """7.0 as 7, 7.5 as 7.5, nothing as a dash."""
    if value is None:
        return "–"
    return f"{value:.1f}".removesuffix(".0")


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
    return f"{prefix}:{text[len(namespace):]}"


def named(prefix: str, local: str | None) -> Label | None:
    """The label of `prefix:local`, the id itself where it has none."""
    return service().labels.shared().named(prefix, local)


def share_of_scale(framework: str, dimension: str, level: float | None) -> float:
    """Where a level stands on its dimension's scale, from 0 to 100."""
    known: Mapping[str, Any] = knowledge_base().catalogue.dimensions.get(framework, {})
    top = float(known[dimension].maximum) if dimension in known else 10.0
    return 0.0 if level is None else max(0.0, min(100.0, 100 * level / top))


def address_in(lang: str) -> str:
    """The address of this page in another language.

    Slashes at the start are made one, lest the address name another host.
    """
    path = quote("/" + request.path.lstrip("/\\"))
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{path}?{urlencode([*given, ('lang', lang)])}"
