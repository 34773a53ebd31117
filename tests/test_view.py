"""What each caller sees of people: names and ids, pseudonyms, or nothing; and where names are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kb_service.access.exporting import exported, exported_names
from kb_service.access.opening import register_of
from kb_service.access.refusals import NotAllowed
from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.view import View
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base import KnowledgeBase, UnknownThingError
from kb_service.people_records import (
    AssessmentRecord,
    Introduction,
    PersonRecord,
    person_iri,
    person_triples,
)
from kb_service.register import Register, is_key
from kb_service.vocabulary import (
    iri,
    people_graph,
    person_conclusions_graph,
    person_history_graph,
)
from tests.conftest import RECENTLY
from tests.shipped_store import shipped

MODEL = "customer-service-specialist"
NAMES = {"zoe": "赵子衿", "ana": "安娜娜", "bo": "柏大为", "eve": "伊维维"}
TEAMS = {"zoe": "north", "ana": "north", "bo": "north", "eve": "south"}
CONTACT = {"email": "ana@example.org", "phone": "+86 10 5555 0100"}
WHO_SEES_NOBODY = (Role.MODEL_READER, Role.EDITOR)
WITHOUT_NAMES = (*WHO_SEES_NOBODY, Role.ANALYST)
READERS = (*WITHOUT_NAMES, Role.SELF, Role.TEAM_LEAD)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    opened = KnowledgeBase.open(shipped(tmp_path_factory.mktemp("seen") / "data"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def register(base: KnowledgeBase) -> Iterator[Register]:
    """Four people in two teams; all but `eve` are rated alike."""
    opened = register_of(base)
    ratings = dict.fromkeys(base.catalogue.dimensions["t12"], Decimal(7))
    View(base, opened, LOCAL).import_records(
        [
            Introduction(id, name, TEAMS[id], contact=CONTACT if id == "ana" else {})
            for id, name in NAMES.items()
        ],
        [
            AssessmentRecord("A1", id, RECENTLY, "test", "t12", ratings)
            for id in NAMES
            if id != "eve"
        ],
    )
    yield opened
    opened.close()


@pytest.fixture
def hr(base: KnowledgeBase, register: Register) -> View:
    return View(base, register, Caller("hr", Role.HR))


def seen_by(hr: View, role: Role) -> View:
    """What another role sees: for oneself `ana`, for a lead the team `north`."""
    return View(hr.knowledge_base, hr.register, Caller(role, role, person="ana", team="north"))


def everything_told(view: View, person: str) -> str:
    """All that a view answers about a person, as one text."""
    answers: list[Any] = [
        view.ask("people").rows,
        view.ask("person", person=person).rows,
        view.ask("candidates-for-model", model=MODEL).rows,
        view.fit(person, MODEL),
        view.explain(view.verdict_iri(person, MODEL)),
        view.why_not("strong-fit", {"person": person, "model": MODEL}),
        view.what_if({"for": {"person": person}, "ratings": {"patience": 2}}),
        view.what_if({"for": "everyone", "ratings": {"patience": 2}}),
        view.facts_about(person),
        view.introduction(person),
        view.entry(person),
    ]
    return "\n".join(map(str, answers))


def subjects(facts: Iterable[Triple]) -> set[str]:
    """The IRIs of what facts are about."""
    return {fact.subject.value for fact in facts if isinstance(fact.subject, NamedNode)}


# Who sees whom, and by what name


def test_hr_sees_people_by_their_ids_in_the_order_of_these_and_by_name(hr: View) -> None:
    rows = hr.ask("people").rows

    assert [(row["id"], row["name"]) for row in rows] == [
        (id, NAMES[id]) for id in ("ana", "bo", "eve", "zoe")
    ]


def test_a_page_of_people_is_a_part_of_the_list_in_that_order(hr: View) -> None:
    pages = [hr.ask("people", limit=2, offset=offset).rows for offset in (0, 2)]

    assert [[row["id"] for row in page] for page in pages] == [["ana", "bo"], ["eve", "zoe"]]


def test_candidates_who_are_equally_fit_stand_in_the_order_of_their_ids(hr: View) -> None:
    rows = hr.ask("candidates-for-model", model=MODEL).rows

    assert [row["person"] for row in rows if row["fit"] is not None] == ["ana", "bo", "zoe"]
    assert {row["person"]: row["name"] for row in rows} == NAMES


def test_names_stand_after_the_column_of_people(hr: View) -> None:
    assert hr.ask("people").columns[:3] == ("id", "name", "team")
    assert list(hr.ask("people", limit=1).rows[0])[:3] == ["id", "name", "team"]


def test_an_analyst_sees_everybody_and_no_name_or_id_anywhere(hr: View) -> None:
    analyst = seen_by(hr, Role.ANALYST)
    key = hr.key_of("ana")

    told = everything_told(analyst, key)

    rows = analyst.ask("people").rows
    assert {row["id"] for row in rows} == {hr.key_of(person) for person in NAMES}
    assert {row["name"] for row in rows} == {None}
    assert analyst.fit(key, MODEL)["person"] == key
    for hidden in (*NAMES.values(), "'ana'", '"ana"', *CONTACT.values()):
        assert hidden not in told


def test_an_id_of_the_organisation_tells_an_analyst_nothing(hr: View) -> None:
    analyst = seen_by(hr, Role.ANALYST)

    assert not analyst.has_person("ana")
    with pytest.raises(UnknownThingError, match="ana"):
        analyst.fit("ana", MODEL)
    with pytest.raises(RefusedInput, match="'ana'"):
        analyst.what_if({"for": {"person": "ana"}, "ratings": {"patience": 2}})


def test_who_sees_names_may_use_a_pseudonym_where_an_iri_shows_it(hr: View) -> None:
    key = hr.key_of("ana")

    assert hr.fit(key, MODEL) == hr.fit("ana", MODEL)
    assert hr.fit("ana", MODEL)["conclusion"] == f"{person_iri(key).value}/verdict/{MODEL}"


def test_a_conclusion_is_explained_by_an_iri_with_the_pseudonym_and_with_the_id(hr: View) -> None:
    by_key = hr.explain(hr.verdict_iri("ana", MODEL))
    by_id = hr.explain(NamedNode(f"{person_iri('ana').value}/verdict/{MODEL}"))

    assert by_id == by_key
    assert by_key.conclusion == hr.verdict_iri("ana", MODEL)


def test_a_lead_sees_the_own_team_and_nobody_else(hr: View) -> None:
    lead = seen_by(hr, Role.TEAM_LEAD)

    assert [row["id"] for row in lead.ask("people").rows] == ["ana", "bo", "zoe"]
    assert lead.count_people() == 3
    candidates = lead.ask("candidates-for-model", model=MODEL).rows
    assert {row["person"] for row in candidates} == {"ana", "bo", "zoe"}
    supposed = lead.what_if({"for": "everyone", "ratings": {"patience": 2}})
    assert (supposed["people"], [row["person"] for row in supposed["rows"]]) == (
        3,
        ["ana", "bo", "zoe"],
    )


def test_somebody_sees_oneself_only(hr: View) -> None:
    oneself = seen_by(hr, Role.SELF)

    assert [(row["id"], row["name"]) for row in oneself.ask("people").rows] == [("ana", "安娜娜")]
    assert oneself.fit("ana", MODEL) == hr.fit("ana", MODEL)


@pytest.mark.parametrize("role", [Role.SELF, Role.TEAM_LEAD])
def test_who_hands_in_a_pseudonym_out_of_reach_is_not_told_whose_it_is(
    hr: View, role: Role
) -> None:
    names = seen_by(hr, role).names
    ana, eve = hr.key_of("ana"), hr.key_of("eve")
    submitted = Finding("warning", {"en": f"{ana} and {eve}"}, where=eve, focus=eve, value=ana)

    told = names.finding(submitted)

    assert told.message == {"en": f"ana and {eve}"}
    assert (told.where, told.focus, told.value) == (eve, eve, "ana")
    assert names.shown([eve])[eve].name == eve


@pytest.mark.parametrize("role", [Role.SELF, Role.TEAM_LEAD, *WHO_SEES_NOBODY])
@pytest.mark.parametrize("name", ["id", "pseudonym"])
def test_somebody_out_of_reach_is_as_unknown_as_nobody(hr: View, role: Role, name: str) -> None:
    view = seen_by(hr, role)
    eve = "eve" if name == "id" else hr.key_of("eve")
    attempts: list[Callable[[], object]] = [
        lambda: view.fit(eve, MODEL),
        lambda: view.ask("person", person=eve),
        lambda: view.ask_as_of(RECENTLY, "fits-of-person", person=eve),
        lambda: view.facts_about(eve),
        lambda: view.workspace(eve),
        lambda: view.entry(eve),
        lambda: view.explain(NamedNode(f"{person_iri(eve).value}/verdict/{MODEL}")),
        lambda: view.why_not("fit", {"person": eve, "model": MODEL}),
        lambda: view.smallest_change("fit", {"person": eve, "model": MODEL}, 1.0),
        lambda: view.verdict_iri(eve, MODEL),
    ]

    for attempt in attempts:
        with pytest.raises(UnknownThingError) as unknown:
            attempt()
        assert (unknown.value.kind, unknown.value.id) == ("person", eve)

    assert not view.has_person(eve)
    assert view.introduction(eve) is None
    with pytest.raises(RefusedInput) as refused:
        view.what_if({"for": {"person": eve}, "ratings": {"patience": 2}})
    assert refused.value.findings[0].value == eve


@pytest.mark.parametrize("role", WHO_SEES_NOBODY)
def test_who_may_read_of_nobody_reads_models_and_no_people(hr: View, role: Role) -> None:
    view = seen_by(hr, role)

    assert view.ask("position-models").rows == hr.ask("position-models").rows
    assert view.ask("people").rows == []
    assert view.ask("candidates-for-model", model=MODEL).rows == []
    assert view.count_people() == 0
    supposed = view.what_if({"for": "everyone", "policy": {"fit-for-fit": 75}})
    assert (supposed["people"], supposed["rows"]) == (0, [])


def test_whom_an_answer_shows_is_told_by_pseudonym(hr: View) -> None:
    touched: set[str] = set()
    view = View(hr.knowledge_base, hr.register, hr.caller, touched.update)

    view.ask("people", limit=2)
    listed = set(touched)
    view.fit("eve", MODEL)

    assert listed == {hr.key_of("ana"), hr.key_of("bo")}
    assert touched == listed | {hr.key_of("eve")}


@pytest.mark.parametrize("role", READERS)
def test_who_may_only_read_changes_nothing(hr: View, role: Role) -> None:
    view = seen_by(hr, role)
    before = hr.knowledge_base.store.generation
    attempts: list[Callable[[], object]] = [
        lambda: view.put_person(Introduction("new", "New")),
        lambda: view.put_assessment(AssessmentRecord("A9", "ana", RECENTLY, "test", "t12", {})),
        lambda: view.remove_assessment("ana", "A1"),
        lambda: view.load_example(),
        lambda: view.conclude(),
        lambda: view.check_loaded(),
    ]

    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()

    assert hr.knowledge_base.store.generation == before
    assert not hr.has_person("new")


def test_an_editor_may_bring_models_and_no_people(hr: View) -> None:
    editor = seen_by(hr, Role.EDITOR)
    eve = f'<{person_iri("new").value}> a <{iri("people", "Person").value}> ; <{iri("dcterms", "identifier").value}> "new" .'

    with pytest.raises(NotAllowed) as refused:
        editor.import_rdf(eve.encode(), "text/turtle")

    assert refused.value.right == "writes_people"
    assert not hr.has_person("new")


# Where names are kept


@pytest.fixture
def own(tmp_path: Path) -> Iterator[View]:
    """A data folder of one's own, without anybody."""
    base = KnowledgeBase.open(shipped(tmp_path / "data"))
    register = register_of(base)
    yield View(base, register, LOCAL)
    register.close()
    base.close()


def files_with(view: View, text: str) -> set[str]:
    """The files below the data folder in which a text stands."""
    folder = view.knowledge_base.store.folder
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    }


RDF = """
@prefix core: <https://w3id.org/rengang/ontology/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix people: <https://w3id.org/rengang/ontology/people#> .
@prefix person: <https://w3id.org/rengang/person/> .
@prefix position: <https://w3id.org/rengang/position/> .
@prefix schema: <https://schema.org/> .
@prefix source: <https://w3id.org/rengang/rating-source/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

person:employee-4711 a people:Person ; dcterms:identifier "employee-4711" ;
    schema:name "林知夏夏" ; org:holds <https://w3id.org/rengang/person/employee-4711/post> .
<https://w3id.org/rengang/person/employee-4711/post> a people:Post ;
    people:ofPosition position:team-leader .
<https://w3id.org/rengang/person/employee-4711/assessment/A1> a people:Assessment ;
    dcterms:identifier "A1" ; people:ofPerson person:employee-4711 ; people:source source:test ;
    people:assessedOn "2026-01-05"^^xsd:date ;
    core:framework <https://w3id.org/rengang/framework/t12> .
<https://w3id.org/rengang/person/employee-4711/assessment/A1/rating/patience> a people:Rating ;
    people:inAssessment <https://w3id.org/rengang/person/employee-4711/assessment/A1> ;
    core:dimension <https://w3id.org/rengang/ability/patience> ; people:value 7.0 .
"""


def test_names_ids_and_contact_of_records_are_in_the_register_and_in_no_other_file(
    own: View,
) -> None:
    own.put_person(Introduction("employee-4711", "林知夏夏", contact=CONTACT))

    for told in ("林知夏夏", "employee-4711", *CONTACT.values()):
        assert files_with(own, told) == {"register.sqlite"}
    assert files_with(own, own.key_of("employee-4711")) > {"register.sqlite"}


def test_rdf_that_introduces_somebody_is_stored_under_a_pseudonym(own: View) -> None:
    report = own.import_rdf(RDF.encode(), "text/turtle")

    key = own.key_of("employee-4711")
    entry = own.entry("employee-4711")
    facts = own.facts_about("employee-4711")
    assert (report.people, report.assessments) == (1, 1)
    assert is_key(key)
    assert entry is not None and (entry.id, entry.name) == ("employee-4711", "林知夏夏")
    assert Triple(person_iri(key), iri("dcterms", "identifier"), Literal(key)) in facts
    assert {subject.removeprefix(person_iri(key).value) for subject in subjects(facts)} == {
        "",
        "/post",
        "/assessment/A1",
        "/assessment/A1/rating/patience",
    }
    assert own.knowledge_base.people_ids() == [key]
    for told in ("林知夏夏", "employee-4711"):
        assert files_with(own, told) == {"register.sqlite"}


def test_rdf_with_a_known_pseudonym_means_that_person(own: View) -> None:
    own.put_person(Introduction("employee-4711", "林知夏夏", contact=CONTACT))
    key = own.key_of("employee-4711")

    own.import_rdf(
        RDF.replace("employee-4711", key).replace("林知夏夏", "林夏").encode(), "text/turtle"
    )

    entry = own.entry("employee-4711")
    assert entry is not None and entry.name == "林夏"
    assert (entry.key, entry.id, dict(entry.contact)) == (key, "employee-4711", CONTACT)
    assert own.knowledge_base.people_ids() == [key]


def test_rdf_that_is_refused_is_spoken_of_as_submitted_and_leaves_nobody(own: View) -> None:
    broken = RDF.replace("7.0", "77.0")

    with pytest.raises(RefusedInput) as refused:
        own.import_rdf(broken.encode(), "text/turtle")

    focus = refused.value.findings[0].focus
    assert focus.endswith("/person/employee-4711/assessment/A1/rating/patience")
    assert own.register.all() == []


def test_an_assessment_in_rdf_of_somebody_known_needs_no_introduction(own: View) -> None:
    own.put_person(Introduction("employee-4711", "林知夏夏"))
    alone = RDF[RDF.index("<https://w3id.org/rengang/person/employee-4711/assessment/A1>") :]
    prefixes = RDF[: RDF.index("person:employee-4711 a")]

    own.import_rdf((prefixes + alone).encode(), "text/turtle")

    rows = own.ask("assessments-of-person", person="employee-4711").rows
    assert [row["id"] for row in rows] == ["A1"]


def test_a_record_that_is_refused_names_the_id_that_was_given_and_leaves_nobody(own: View) -> None:
    too_much = AssessmentRecord("A1", "p001", RECENTLY, "test", "t12", {"patience": Decimal(77)})

    with pytest.raises(RefusedInput) as refused:
        own.import_records([Introduction("p001", "林知夏")], [too_much], places=lambda iri: iri)

    [found] = refused.value.findings
    assert found.focus == found.where == f"{person_iri('p001').value}/assessment/A1/rating/patience"
    assert own.register.all() == []
    assert own.is_empty()


def test_somebody_who_is_refused_anew_keeps_name_and_pseudonym(own: View) -> None:
    own.put_person(Introduction("p001", "林知夏"))
    key = own.key_of("p001")
    too_much = AssessmentRecord("A1", "p001", RECENTLY, "test", "t12", {"patience": Decimal(77)})

    with pytest.raises(RefusedInput):
        own.import_records([Introduction("p001", "别人")], [too_much])

    assert own.ask("people").rows[0]["name"] == "林知夏"
    assert own.key_of("p001") == key


def test_an_entry_whose_person_was_never_stored_is_gone_after_a_restart(own: View) -> None:
    own.put_person(Introduction("p001", "林知夏"))
    own.register.keys_for({"p002": ("赵一鸣", {})})

    again = register_of(own.knowledge_base)

    assert [entry.id for entry in again.all()] == ["p001"]


def test_an_export_by_name_introduces_the_same_people_elsewhere(own: View, hr: View) -> None:
    names = exported_names(hr, hr.knowledge_base.store.graph_names())
    graph = people_graph(hr.key_of("ana"))

    facts = exported(hr, graph)
    analysed = exported(seen_by(hr, Role.ANALYST), graph)

    assert names[graph] == people_graph("ana")
    assert Triple(person_iri("ana"), iri("schema", "name"), Literal("安娜娜")) in facts
    assert not any(is_key(part) for subject in subjects(facts) for part in subject.split("/"))
    assert set(analysed) == set(hr.facts_about("ana"))
    document = "\n".join(f"{fact} ." for fact in facts)
    own.import_rdf(document.encode(), "application/n-triples")
    assert own.ask("people").rows[0]["name"] == "安娜娜"
    assert own.fit("ana", MODEL)["fit"] == hr.fit("ana", MODEL)["fit"]


def test_who_sees_only_some_people_exports_only_those(hr: View) -> None:
    lead = seen_by(hr, Role.TEAM_LEAD)

    names = exported_names(lead, hr.knowledge_base.store.graph_names())

    about = {name.value for name in names.values() if "people/" in name.value}
    assert {name.rsplit("/", 1)[1] for name in about} == {"ana", "bo", "zoe"}


# Data folders from before there was a register


def test_a_folder_with_names_in_its_graphs_is_brought_up_to_date_once(
    own: View,
) -> None:
    base = own.knowledge_base
    _as_before(base)

    register = register_of(base)
    first = View(base, register, LOCAL)
    key = first.key_of("mei")
    generation = base.store.generation
    register.close()
    again = View(base, register_of(base), LOCAL)

    assert [(row["id"], row["name"]) for row in again.ask("people").rows] == [("mei", "梅梅梅")]
    assert again.key_of("mei") == key and is_key(key)
    assert base.store.generation == generation
    assert again.fit("mei", MODEL, RECENTLY)["basis"]["knownSince"]
    for graph in (people_graph, person_conclusions_graph, person_history_graph):
        assert base.store.graph(graph("mei")) == []
        assert base.store.graph(graph(key))
    assert files_with(again, "梅梅梅") == {"register.sqlite"}
    for told in ("person/mei", "people/mei", "people%2Fmei"):
        assert files_with(again, told) == set()


def test_what_was_remembered_of_them_can_still_be_undone(own: View) -> None:
    base = own.knowledge_base
    _as_before(base)
    view = View(base, register_of(base), LOCAL)

    [created, changed] = base.revisions_of(view.key_of("mei"))

    assert created.creates
    removed = [quad.triple for quad in parse(changed.removed, format=RdfFormat.N_TRIPLES)]
    assert removed == []
    added = {quad.triple for quad in parse(changed.added, format=RdfFormat.N_TRIPLES)}
    assert added <= set(view.facts_about("mei"))
    assert added


def _as_before(base: KnowledgeBase) -> None:
    """Somebody stored as earlier versions did: under the id, with the name among the facts."""
    name = Triple(person_iri("mei"), iri("schema", "name"), Literal("梅梅梅"))
    document = [*person_triples(PersonRecord("mei", None, MODEL)), name]
    submission = base.read_rdf("\n".join(f"{t} ." for t in document).encode(), "text/turtle")
    base.store_rdf(submission)
    ratings = dict.fromkeys(base.catalogue.dimensions["t12"], Decimal(7))
    base.put_assessment(AssessmentRecord("A1", "mei", RECENTLY, "test", "t12", ratings))
