"""Position models for tests: the shipped ones, and such as nobody would write by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from kb_service.catalogue import read_model_choices
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge, read_turtle
from kb_service.position_models import (
    Duty,
    GradeStandard,
    Header,
    ModelChoices,
    ModelRequirement,
    Position,
    PositionModel,
    ReadModel,
    read_json,
    to_json,
)
from kb_service.position_models.model import by_grade, by_rank, in_order
from kb_service.sheets import read_model_workbook, write_model_workbook

SHIPPED = sorted((knowledge_root() / "ontology" / "models").glob("*.ttl"))


@cache
def choices() -> ModelChoices:
    """What models may name as the product ships."""
    graphs = read_shared_knowledge()
    return read_model_choices(triple for triples in graphs.values() for triple in triples)


def triples_of(path: Path) -> list[Triple]:
    """What a Turtle file says."""
    return read_turtle(path)


def as_workbook(model: PositionModel) -> bytes:
    """The model as a workbook."""
    book = BytesIO()
    write_model_workbook(book, choices(), model)
    return book.getvalue()


def as_json(model: PositionModel) -> bytes:
    """The model as a JSON document."""
    return json.dumps(to_json(model, choices()), ensure_ascii=False).encode()


def through_workbook(model: PositionModel) -> PositionModel:
    """The model written as a workbook and read again."""
    return whole(read_model_workbook(as_workbook(model), "model.xlsx", choices()))


def through_json(model: PositionModel) -> PositionModel:
    """The model written as JSON and read again."""
    return whole(read_json(as_json(model), choices()))


def whole(read: ReadModel) -> PositionModel:
    """The model that was read, in which nothing may be wrong."""
    assert read.findings == ()
    assert read.model is not None
    return read.model


def same_graph(one: Iterable[Triple], other: Iterable[Triple]) -> bool:
    """Whether two sets of triples differ in the names of blank nodes at most."""
    return _canonical(one) == _canonical(other)


def _canonical(triples: Iterable[Triple]) -> Dataset:
    dataset = Dataset(
        Quad(each.subject, each.predicate, each.object, DefaultGraph()) for each in triples
    )
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


_WORDS = st.sampled_from(
    [
        "=1+1",
        "+86 10",
        "-5",
        "@home",
        "'apostrophe",
        'say "hello"',
        "two\nlines",
        "tab\tstop",
        "\r\ncarriage",
        " edges ",
        "_x0041_",
        "真的??",
        "#N/A",
        "1.50",
        "2026-05-04",
        "TRUE",
        "\u0001control",
        "\u200bunseen",
        "\ufffd",
        "𠮷野家",
        "长" * 40_000,
        "{braces}",
        "</v>&amp;",
    ]
)
_ANY_TEXT = st.one_of(_WORDS, st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
_PLAIN_WORDS = st.sampled_from(["=SUM(A1)", "'quoted'", "两行\n文字", 'a "b" c', "+1", "@x", "1.5"])
_PLAIN = st.one_of(
    _PLAIN_WORDS,
    st.from_regex(
        r"[A-Za-z0-9一-龥“”，。=+'\"(-)][A-Za-z0-9一-龥“”，。 =+'\"\n]{0,60}[a-z一-龥。]",
        fullmatch=True,
    ),
)


def texts(words: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    """Texts in both languages, in one of them or in none."""
    return st.fixed_dictionaries({}, optional={"zh": words, "en": words})


_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
_ADDRESSES = st.sampled_from(["https://example.org/models/一", "urn:example:m"])
_EVIDENCE = st.sampled_from(["assumed", "stated", "corroborated"])
_SOURCES = st.one_of(st.just(""), st.sampled_from(["t12-position-model", "our-study"]), _ADDRESSES)
_LEVELS = st.one_of(
    st.none(),
    st.decimals("1", "5", places=1),
    st.decimals("1", "5", places=3),
    st.sampled_from(["3", "3.0", "3.00", "3.50", "2.000000000000000000001", "4.10"]).map(Decimal),
)
_WEIGHTS = st.one_of(
    st.none(),
    st.decimals("0.001", "99999", places=3),
    st.sampled_from(["0.1", "2", "2.500", "123456789.123456789012345"]).map(Decimal),
)


@st.composite
def models(draw: st.DrawFn) -> PositionModel:
    """Models that can be written in every form, of one framework or with both mixed up."""
    known = choices()
    id, position = draw(_IDS), draw(_IDS)
    ranks = draw(st.lists(st.integers(1, 50), max_size=4))
    duties = [
        Duty(f"{position}.{n}", rank, draw(texts(_PLAIN)), draw(texts(_PLAIN)), draw(_EVIDENCE))
        for n, rank in enumerate(ranks)
    ]
    standards = {
        (indicator, grade): GradeStandard(indicator, grade, draw(texts(_PLAIN)))
        for indicator, grade in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(list(known.of_kind("indicator"))),
                    st.sampled_from(list(known.grades)),
                ),
                max_size=3,
            )
        )
    }
    return PositionModel(
        draw(st.one_of(st.just(id), _ADDRESSES)),
        draw(st.sampled_from(list(known.frameworks))),
        Position(
            position,
            draw(texts(_PLAIN)),
            draw(texts(_PLAIN)),
            tuple(sorted(duties, key=by_rank)),
            draw(_EVIDENCE),
            draw(_EVIDENCE),
            source=draw(_SOURCES),
        )
        if draw(st.booleans())
        else Position(position),
        draw(texts(_PLAIN)),
        draw(texts(_PLAIN)),
        in_order(draw(_requirements())),
        tuple(sorted(standards.values(), key=by_grade)),
        draw(st.sampled_from(list(known.statuses))),
        draw(_EVIDENCE),
        draw(st.sampled_from(["", "assumed"])),
        draw(_SOURCES),
        draw(texts(_PLAIN)),
        Header(
            draw(st.sampled_from(["0.1.0", "1.0", "10.20.30-rc.1+5"])),
            draw(texts(_PLAIN)),
            draw(texts(_PLAIN)),
            draw(texts(_PLAIN)),
            draw(st.sampled_from(["", "https://www.apache.org/licenses/LICENSE-2.0"])),
            draw(st.sampled_from(["", "https://example.org/ontology/model"])),
            draw(st.booleans()),
        ),
        frozenset(draw(st.lists(statements(), max_size=3))),
    )


@st.composite
def _requirements(draw: st.DrawFn) -> list[ModelRequirement]:
    known = choices()
    every = [
        (kind, id)
        for kind in ("type", "ability", "motivation", "indicator")
        for id in known.of_kind(kind)
    ]
    chosen = draw(st.lists(st.sampled_from(every), max_size=6, unique_by=lambda each: each[1]))
    return [
        ModelRequirement(
            kind,
            dimension,
            draw(st.sampled_from(["", *known.tiers_for(kind)])),
            draw(_LEVELS),
            draw(_WEIGHTS),
            draw(_LEVELS),
            draw(texts(_PLAIN)),
            draw(_EVIDENCE),
            draw(texts(_PLAIN)),
            draw(_SOURCES),
            draw(st.sampled_from(["", f"own.{kind}.{dimension}"])),
        )
        for kind, dimension in chosen
    ]


@st.composite
def statements(draw: st.DrawFn) -> Triple:
    """A statement of any kind, about things of a model and others, blank nodes among them."""
    nodes: st.SearchStrategy[NamedNode | BlankNode] = st.sampled_from(
        [
            NamedNode("https://w3id.org/rengang/position-model/trainer"),
            NamedNode("https://w3id.org/rengang/requirement/trainer.patience"),
            NamedNode("https://w3id.org/rengang/duty/coach-on-the-floor"),
            NamedNode("https://example.org/事物"),
            BlankNode("one"),
            BlankNode("two"),
        ]
    )
    properties = st.sampled_from(
        [
            "http://www.w3.org/2004/02/skos/core#prefLabel",
            "http://www.w3.org/2004/02/skos/core#definition",
            "https://w3id.org/rengang/ontology/core#rationale",
            "https://w3id.org/rengang/ontology/core#requiredLevel",
            "https://w3id.org/rengang/ontology/core#rank",
            "https://w3id.org/rengang/ontology/core#evidence",
            "http://www.w3.org/2004/02/skos/core#editorialNote",
        ]
    ).map(NamedNode)
    datatypes = st.sampled_from(["decimal", "integer", "string", "date"]).map(
        lambda name: NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}")
    )
    literals = st.one_of(
        st.builds(Literal, _ANY_TEXT, language=st.sampled_from(["zh", "en", "de", "zh-hant"])),
        st.builds(
            Literal,
            st.one_of(_ANY_TEXT, st.sampled_from(["8", "8.50", "+8.0", "08.5", "-1", "1e3"])),
            datatype=datatypes,
        ),
    )
    return Triple(draw(nodes), draw(properties), draw(st.one_of(literals, nodes)))
