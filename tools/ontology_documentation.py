"""The ontologies as pages in a folder, to be read without a service or put on any web server.

    python -m tools.ontology_documentation [FOLDER]

FOLDER is `build/docs` unless another is named; what was there before goes. The pages are those of
`/ontology` in the service, in Chinese and in English, without what only a service knows: how many
people a term is used of. Nothing in them is fetched from elsewhere.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from kb_service import web
from kb_service.engine.rules import read_rule_book
from kb_service.engine.shacl_rules import rules_as_shacl
from kb_service.knowledge_base.terms import (
    Mentions,
    Module,
    Term,
    TermBook,
    read_mentions,
    read_terms,
)
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.questions import questions
from kb_service.vocabulary import NAMESPACES, RULES_GRAPH
from kb_service.web.language import LANGUAGES
from kb_service.web.ontology_site import FORMATS, Site, index_page, module_page, term_page
from kb_service.web.view import register_view

_WEB = Path(web.__file__).parent
_LAYOUT = "ontology/static.html"
_START = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>人岗本体 · Rengang ontology</title>
<link rel="stylesheet" href="style.css">
</head>
<body><main><h1>人岗本体 · Rengang ontology</h1>
<p><a lang="zh-CN" href="zh/index.html">中文</a> · <a href="en/index.html">English</a></p></main></body>
</html>
"""
_FIRST = "index.html"
Pages = Iterator[tuple[str, str]]
"""Each page by its place in the folder."""


class NotOurs(ValueError):
    """A folder that is not emptied, for its files are not ours."""


def write_documentation(folder: Path) -> int:
    """Write the pages and every module as RDF; answers how many files there are.

    Raises NotOurs for a folder with something else in it, and SyntaxError or ValueError for an
    ontology file that cannot be read.
    """
    _make_room(folder)
    rules = read_rule_book()
    graphs = {**read_shared_knowledge(), RULES_GRAPH: rules_as_shacl(rules)}
    book = read_terms(graphs)
    mentions = read_mentions(rules, questions().values())
    for name in ("style.css", "icon.svg"):
        shutil.copy(_WEB / "static" / name, folder)
    (folder / _FIRST).write_text(_START, encoding="utf-8")
    for place, text in _pages(book, mentions):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for module in book.modules.values():
        _write_rdf(folder, module, graphs[NamedNode(module.iri)])
    return sum(path.is_file() for path in folder.rglob("*"))


def _make_room(folder: Path) -> None:
    """Make the folder, or empty it of what was written here before."""
    first = folder / _FIRST
    is_ours = first.is_file() and first.read_text(encoding="utf-8") == _START
    if folder.exists() and any(folder.iterdir()) and not is_ours:
        raise NotOurs(f"{folder} holds something else; name a new folder or an empty one")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _pages(book: TermBook, mentions: Mentions) -> Pages:
    """The pages in both languages."""
    app = Flask("kb_service.web", root_path=str(_WEB))
    register_view(app)
    for language in LANGUAGES:
        with app.test_request_context(f"/?lang={language}"):
            for place, text in _in_one_language(book, mentions, language):
                yield f"{language}/{place}", text


def _in_one_language(book: TermBook, mentions: Mentions, language: str) -> Pages:
    at = partial(_site, language)
    yield "index.html", index_page(at("index.html"), book, "", [])
    for module in book.modules.values():
        if module.path:
            place = f"{module.path}.html"
            yield place, module_page(at(place), book, module)
    for term in book.terms.values():
        place = _place_of_term(term)
        yield place, term_page(at(place), book, term, mentions, usage=None)


def _site(language: str, place: str) -> Site:
    """The links of a page at a place in the folder of its language, all of them relative."""
    up = "../" * place.count("/")
    other = next(each for each in LANGUAGES if each != language)
    return Site(
        layout=_LAYOUT,
        index=f"{up}index.html",
        module=lambda module: f"{up}{quote(_place_of_module(module))}",
        term=lambda term: f"{up}{quote(_place_of_term(term))}",
        document=lambda module, ending: f"{up}../{quote(_name_of(module))}.{ending}",
        root=f"{up}../",
        other_language=f"{up}../{other}/{quote(place)}",
    )


def _place_of_module(module: Module) -> str:
    return f"{module.path or 'index'}.html"


def _name_of(module: Module) -> str:
    return module.path or "ontology"


def _place_of_term(term: Term) -> str:
    """A file for each term; `core:Scale` and `core:scale` lie apart, for disks that see no case."""
    return f"terms/{term.prefix or 'other'}/{term.kind}/{quote(term.local, safe='')}.html"


def _write_rdf(folder: Path, module: Module, triples: Sequence[Triple]) -> None:
    text = "\n".join(map(str, triples))
    used = {prefix: space for prefix, space in NAMESPACES.items() if f"<{space}" in text}
    for ending, media_type in FORMATS.items():
        path = folder / f"{_name_of(module)}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        form = RdfFormat.from_media_type(media_type)
        serialize(triples, path, format=form, prefixes=dict(used))


def main() -> None:
    """Write the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/docs"))
    folder = parser.parse_args().folder
    try:
        print(f"{write_documentation(folder)} files in {folder}")
    except NotOurs as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
