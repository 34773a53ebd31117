"""A folder in which names of forms told who rated: upgraded, it tells nobody but HR, today and in the past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kb_service.access.opening import register_of
from kb_service.access.upgrading import carry_out
from kb_service.knowledge_base import KnowledgeBase, UpgradeDue
from kb_service.knowledge_base.history import at_moment, revision, revisions
from kb_service.knowledge_base.migrations import CARRIED_OUT, read_migrations
from kb_service.people_records.performance_facts import CORRECTION_REASON
from kb_service.people_records.raters import forms_in, is_opaque
from kb_service.register import Words
from kb_service.vocabulary import (
    STORE_GRAPH,
    iri,
    people_graph,
    person_history_graph,
    rater_graph,
    rater_history_graph,
)
from tests.appraised_people import Appraised, Form, facts_of, in_turtle, opaque, periods
from tests.shipped_store import shipped
from tests.test_performance import AT_TARGET, REPRESENTATIVE

KEY = "p-" + "a" * 26
CODES = ("chief-77", "deskmate-42")
JUNE, JULY = datetime(2026, 6, 10, tzinfo=UTC), datetime(2026, 7, 10, tzinfo=UTC)
RATER = iri("performance", "rater")
CORRECTED = f"person/{KEY}/form/q2/chief-77/listening-skill"
BEFORE = in_turtle(f'person:{KEY} a people:Person ; dcterms:identifier "{KEY}" .')


def by_codes(facts: Iterable[Triple]) -> list[Triple]:
    """The facts as they were once named: with the code of the rater in the name of a form."""
    text = (serialize(facts, format=RdfFormat.N_TRIPLES) or b"").decode()
    for code in CODES:
        text = text.replace(opaque(KEY, "q2", code), code)
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]


def rated_by(*codes: str) -> list[Triple]:
    forms = tuple(Form(code, "peer", {"listening-skill": "B"}) for code in codes)
    return by_codes(facts_of(KEY, {"q2": Appraised(REPRESENTATIVE, AT_TARGET, forms)}))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the earlier layout: rated by one in June, by both in July, and once corrected."""
    folder = shipped(tmp_path_factory.mktemp("rated") / "data")
    in_june = rated_by(CODES[0])
    correction = in_turtle(f"""
        <{iri("person").value.removesuffix("person/")}{CORRECTED}/correction/1>
          a performance:Correction ;
          performance:corrects <{iri("person").value.removesuffix("person/")}{CORRECTED}> ;
          performance:earlierGrade grade:E ; performance:correctedBy "hr" ;
          performance:correctedOn "2026-07-10"^^xsd:date .""")
    in_july = [*rated_by(*CODES), *correction]
    with closing(KnowledgeBase.open(folder)) as base, closing(register_of(base)) as register:
        _with_periods(base)
        register.put("mei", "Mei", {})
        graph = people_graph(KEY)
        base.store.replace_graphs(
            {
                graph: in_july,
                person_history_graph(KEY): [
                    *revision(graph, [], BEFORE, JUNE.replace(day=1)),
                    *revision(graph, BEFORE, in_june, JUNE),
                    *revision(graph, in_june, in_july, JULY),
                ],
                STORE_GRAPH: [
                    fact
                    for fact in base.store.graph(STORE_GRAPH)
                    if not _is_of_this_migration(fact)
                ],
            }
        )
        about = next(t.subject for t in correction if isinstance(t.subject, NamedNode))
        register.note_words([Words(KEY, about.value, CORRECTION_REASON.value, "mistyped")])
    return folder


def _with_periods(base: KnowledgeBase) -> None:
    text = "<https://w3id.org/rengang/ontology/quarters> a owl:Ontology ."
    known = serialize([*in_turtle(text), *periods()], format=RdfFormat.TURTLE) or b""
    base.store_rdf(base.read_rdf(known, "text/turtle"))


def _is_of_this_migration(fact: Triple) -> bool:
    return fact.predicate == CARRIED_OUT and "names-of-forms" in str(fact.object)


@pytest.fixture(scope="module")
def upgraded(data: Path) -> Iterator[KnowledgeBase]:
    with pytest.raises(UpgradeDue):
        KnowledgeBase.open(data)
    with closing(KnowledgeBase.open_to_upgrade(data)) as base:
        carry_out(base, base.upgrading.due())
        yield base


def raters(facts: Iterable[Triple]) -> list[str]:
    found = (t.object for t in facts if t.predicate == RATER)
    return sorted(code.value for code in found if isinstance(code, Literal))


def test_who_rated_is_in_a_graph_of_its_own(upgraded: KnowledgeBase) -> None:
    about, apart = (upgraded.store.graph(name(KEY)) for name in (people_graph, rater_graph))

    assert raters(about) == []
    assert raters(apart) == sorted(CODES)
    assert {t.subject for t in apart} == forms_in(about)


def test_no_name_tells_who_rated_and_everything_else_is_as_it_was(upgraded: KnowledgeBase) -> None:
    about = upgraded.store.graph(people_graph(KEY))

    assert [code for code in CODES if code in str(about)] == []
    assert all(map(is_opaque, forms_in(about)))
    assert len(about) == len({*rated_by(*CODES)}) + 5 - 2 * len(CODES)


def test_the_past_is_told_so_too(upgraded: KnowledgeBase) -> None:
    in_june = date(2026, 6, 20)
    history = upgraded.store.graph(person_history_graph(KEY))
    of_raters = revisions(upgraded.store.graph(rater_history_graph(KEY)))[rater_graph(KEY)]

    facts = upgraded.facts_about(KEY, in_june)
    then = at_moment(upgraded.store.graph(rater_graph(KEY)), of_raters, JUNE)

    assert [code for code in CODES if code in str(history)] == []
    assert len(forms_in(facts)) == 1
    assert raters(then) == [CODES[0]]
    assert {t.subject for t in then} == forms_in(facts)


def test_reasons_stay_with_what_was_corrected(upgraded: KnowledgeBase) -> None:
    with closing(register_of(upgraded)) as register:
        [words] = register.words_of(KEY)

    corrections = [
        t.subject
        for t in upgraded.store.graph(people_graph(KEY))
        if t.object == iri("performance", "Correction")
    ]
    assert (NamedNode(words.about), words.text) == (corrections[0], "mistyped")


def test_no_file_but_the_journal_has_a_name_of_before(upgraded: KnowledgeBase) -> None:
    data = upgraded.store.data
    names = [f"/form/q2/{code}".encode() for code in CODES]

    files = [path for path in data.path.rglob("*") if path.is_file()]
    found = [
        path
        for path in files
        if data.journal not in path.parents and any(name in path.read_bytes() for name in names)
    ]

    assert found == []


def test_once_more_it_changes_nothing(upgraded: KnowledgeBase) -> None:
    facts = upgraded.store.graph(people_graph(KEY))

    for migration in read_migrations(upgraded.root):
        assert migration.over(facts) == facts
