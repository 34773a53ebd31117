"""`make docs`: a folder of pages that stands by itself."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from pyoxigraph import parse

from kb_service.knowledge_base.terms import read_terms
from kb_service.knowledge_files import read_shared_knowledge
from tools.ontology_documentation import NotOurs, write_documentation

LINK = re.compile(r'(?:href|src)="([^"]+)"')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("documentation") / "docs"
    write_documentation(place)
    return place


def anchors(page: Path) -> set[str]:
    return set(re.findall(r' id="([^"]+)"', page.read_text(encoding="utf-8")))


def test_every_link_within_the_folder_leads_to_a_file_and_an_anchor_in_it(folder: Path) -> None:
    known: dict[Path, set[str]] = {}
    lost, followed = [], 0
    for page in folder.rglob("*.html"):
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            if link.startswith(("http://", "https://")):
                continue
            followed += 1
            path, _, fragment = link.partition("#")
            target = (page.parent / unquote(path)).resolve() if path else page
            if not target.is_relative_to(folder.resolve()) or not target.exists():
                lost.append((page.name, link))
            elif fragment and target.suffix == ".html":
                if target not in known:
                    known[target] = anchors(target)
                if unquote(fragment) not in known[target]:
                    lost.append((page.name, link))

    assert lost == []
    assert followed > 10_000


def test_every_term_has_a_page_in_both_languages(folder: Path) -> None:
    terms = read_terms(read_shared_knowledge()).terms

    for language in ("zh", "en"):
        pages = list((folder / language / "terms").rglob("*.html"))
        assert len(pages) >= len(terms) > 900


def test_a_page_reads_the_same_as_in_the_service_but_for_people(folder: Path) -> None:
    page = folder / "en" / "terms" / "ability" / "individual" / "patience.html"
    text = page.read_text(encoding="utf-8")

    assert "Staying calm and carrying on" in text
    assert '<svg class="terms"' in text
    assert "Position models" in text
    assert "Facts about people" not in text


def test_nothing_is_fetched_from_elsewhere_and_nothing_runs(folder: Path) -> None:
    loading = re.compile(
        r"<script|<style|<iframe|@import|url\(|<(?:img|link)[^>]+https?://| on\w+="
    )

    for page in folder.rglob("*.html"):
        assert loading.search(page.read_text(encoding="utf-8")) is None, page


def test_every_module_lies_beside_the_pages_as_rdf(folder: Path) -> None:
    for name in ("core", "models/trainer", "policy", "rules", "ontology"):
        turtle = list(parse(path=folder / f"{name}.ttl"))
        for ending in ("rdf", "jsonld"):
            assert len(list(parse(path=folder / f"{name}.{ending}"))) == len(turtle) > 0


def test_pages_from_before_go_and_files_of_others_stay(folder: Path, tmp_path: Path) -> None:
    left_over = folder / "zh" / "left-over.html"
    left_over.write_text("from before", encoding="utf-8")
    (tmp_path / "thesis.txt").write_text("the only copy", encoding="utf-8")

    write_documentation(folder)
    with pytest.raises(NotOurs, match="name a new folder"):
        write_documentation(tmp_path)

    assert not left_over.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
