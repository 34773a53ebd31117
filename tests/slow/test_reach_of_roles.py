"""No role learns anything outside its graphs, whichever way it asks.

Every answer is compared with that of a service whose store holds the allowed graphs alone.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize
from werkzeug.routing import Rule
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from kb_service.access.reaches import people_in_reach
from kb_service.access.roles import Caller, Role
from kb_service.configuration import AccessSettings, Configuration
from kb_service.knowledge_base import KnowledgeBase
from kb_service.people_records import AssessmentRecord
from kb_service.people_records.performance_records import PerformancePlan
from kb_service.questions import questions
from kb_service.store import KnowledgeStore
from kb_service.study_records.records import StudyRecord
from kb_service.vocabulary import BASE, graphs_of_person, graphs_of_raters, tells_of_raters
from kb_service.web import create_app
from kb_service.web.authorisation import NEEDS, Need
from kb_service.web.conditional import CONDITIONAL
from kb_service.web.credentials import EXTENSION as CREDENTIALS
from kb_service.web.service import EXTENSION
from kb_service.web.team_pages import BEHIND
from tests.allowed_graphs import service_of
from tests.appraised_people import in_turtle, periods
from tests.conftest import RECENTLY
from tests.example_studies import panel
from tests.service_of_roles import client_with
from tests.shipped_store import shipped

MODEL = "customer-service-specialist"
PLAN = "customer-service-representative"
VERSION = "0.1.0"
PEOPLE = ("e-ana", "e-bo", "e-cai", "e-dan", "e-eve", "e-fan")
KNOWN = re.compile(r"\be-(ana|bo|cai|dan|eve|fan)\b|Name of")
TEAMS = ("north", "south", None)
RATERS = ("code-17", "code-28", "code-39")
PERIOD = "q2"
STUDY = "panel"
_RATER = re.compile("|".join(RATERS))
_BLANK = re.compile(r"_:\w+")
UNBOUNDED = Configuration(
    access=AccessSettings(requests_per_minute=1_000_000, concurrent_requests=1_000)
)
CALLERS = {
    "reader": Caller("", Role.MODEL_READER),
    "editor": Caller("", Role.EDITOR),
    "ana": Caller("", Role.SELF, person="e-ana"),
    "nobody": Caller("", Role.SELF, person="nobody"),
    "north": Caller("", Role.TEAM_LEAD, team="north"),
    "no-team": Caller("", Role.TEAM_LEAD, team="west"),
    "analyst": Caller("", Role.ANALYST),
    "hr": Caller("", Role.HR),
}
READERS = sorted(set(CALLERS) - {"hr"})
"""Those who are compared; HR reads everything, and so tells what there is to be hidden."""


@dataclass(frozen=True)
class Side:
    """One caller at a service: what they show, and where they show it."""

    app: Flask
    token: str

    @property
    def client(self) -> FlaskClient:
        """Somebody who asks with the caller's token, without cookies."""
        return client_with(self.app, f"Bearer {self.token}")


@dataclass(frozen=True)
class Compared:
    """A caller at the full service, and the same caller where nothing else is."""

    name: str
    full: Side
    allowed: Side
    people: frozenset[str] | None
    raters: bool
    """Whether they may know who rated whom."""


@dataclass(frozen=True)
class Organisation:
    """A random organisation, its service, and each caller to compare."""

    base: KnowledgeBase
    app: Flask
    keys: Mapping[str, str]
    compared: Mapping[str, Compared]


@pytest.fixture(scope="module")
def seed() -> int:
    """Which of all random organisations it is; `tests/slow` takes others."""
    return 1


@pytest.fixture(scope="module")
def organisation(seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organisation]:
    """An organisation made up by chance, always the same by the same seed."""
    folder = tmp_path_factory.mktemp("organisation")
    with ExitStack() as closing:
        base = KnowledgeBase.open(shipped(folder / "full"))
        closing.callback(base.close)
        app = create_app(base, configuration=UNBOUNDED)
        closing.callback(app.extensions[EXTENSION].close)
        _populate(app, base, random.Random(seed))
        yield _organisation(app, base, folder, closing)


def _populate(app: Flask, base: KnowledgeBase, chance: random.Random) -> None:
    """Teams, posts, ratings, appraisals and objections by chance; ana is always rated and in the north.

    What objections say in words has names in it, as it may have.
    """
    client = app.test_client()
    dimensions = sorted(base.catalogue.dimensions["t12"])
    quarters = in_turtle("<https://w3id.org/rengang/ontology/quarters> a owl:Ontology .")
    document = serialize([*quarters, *periods()], format=RdfFormat.TURTLE)
    sent = {"data": document, "content_type": "text/turtle"}
    _stored(client.put("/data/ontology/quarters", **sent))
    base.studying.put(of_three_experts())
    plan = base.recording.choices.plans[PLAN]
    for person in PEOPLE:
        team = "north" if person == PEOPLE[0] else chance.choice(TEAMS)
        body: dict[str, Any] = {"name": f"Name of {person}", "candidateFor": ["team-leader"]}
        body |= {"team": team} if team else {}
        body |= {"post": MODEL} if chance.random() < 0.7 else {}
        _stored(client.put(f"/api/v1/people/{person}", json=body))
        if person == PEOPLE[0] or chance.random() < 0.7:
            _appraise(client, person, plan, chance)
        if person != PEOPLE[0] and chance.random() < 0.2:
            continue
        rated = dimensions if chance.random() < 0.7 else dimensions[:20]
        assessment = {
            "date": RECENTLY.isoformat(),
            "source": chance.choice(["test", "peer"]),
            "framework": "t12",
            "ratings": {dimension: chance.randint(4, 10) for dimension in rated},
        }
        _stored(client.put(f"/api/v1/people/{person}/assessments/A1", json=assessment))
        if person == PEOPLE[0] or chance.random() < 0.5:
            said = {"grounds": f"Name of {chance.choice(PEOPLE)} told me otherwise."}
            _stored(client.post(f"/api/v1/people/{person}/objections", json=said))


def of_three_experts() -> StudyRecord:
    """A small study with the id by which addresses ask for one."""
    record = panel({"patience": [5, 5, 4], "speed": [1, 5, 1]})
    about = {**record.about, "code": STUDY}
    return StudyRecord(record.kind, {**record.tables, "study": (about,)})


def _appraise(
    client: FlaskClient, person: str, plan: PerformancePlan, chance: random.Random
) -> None:
    """A figure, and forms of some raters, of which one is then corrected with a reason."""
    about = f"/api/v1/people/{person}"
    figure = {"value": chance.randint(80, 99), "date": "2026-06-05", "plan": plan.id}
    _stored(client.put(f"{about}/measurements/{PERIOD}/{plan.kpis[0]}", json=figure))
    for rater in chance.sample(RATERS, chance.randint(2, 3)):
        grades = {dimension: chance.choice("ABC") for dimension in plan.dimensions}
        form = {"source": "peer", "date": "2026-06-03", "grades": grades, "plan": plan.id}
        _stored(client.put(f"{about}/rating-forms/{PERIOD}/{rater}", json=form))
    again = {**form, "grades": {plan.dimensions[0]: "E"}, "reason": f"Name of {PEOPLE[1]} said so"}
    _stored(client.put(f"{about}/rating-forms/{PERIOD}/{rater}", json=again))


def _stored(answer: Response) -> None:
    assert answer.status_code in (200, 201, 204), answer.get_data(as_text=True)


def _organisation(
    app: Flask, base: KnowledgeBase, folder: Path, closing: ExitStack
) -> Organisation:
    register = app.extensions[EXTENSION].register
    tokens = app.extensions[CREDENTIALS].tokens
    shown = {
        name: tokens.add(name, who.role, person=who.person, team=who.team)[0]
        for name, who in CALLERS.items()
    }
    services: dict[tuple[frozenset[str] | None, bool, bool], Flask] = {}
    compared = {}
    for name, who in CALLERS.items():
        people, raters = people_in_reach(who, base.store, register), who.rights.sees_raters
        seen = people, raters, who.rights.reads_studies
        if seen not in services:
            made = service_of(
                base,
                people,
                folder / f"allowed-{len(services)}",
                raters=raters,
                studies=who.rights.reads_studies,
            )
            services[seen] = closing.enter_context(made)
            services[seen].config["RENGANG"] = UNBOUNDED
        allowed = Side(services[seen], shown[name])
        compared[name] = Compared(name, Side(app, shown[name]), allowed, people, raters)
    keys = {person: key for person in PEOPLE if (key := register.key_of(person))}
    return Organisation(base, app, keys, compared)


def told(answer: TestResponse) -> tuple[int, str, object]:
    """What an answer tells, without the order and the blank nodes' names that are left open."""
    kind = answer.mimetype or ""
    data = answer.get_data()
    answer.close()
    if kind == "application/sparql-results+json":
        return answer.status_code, kind, _unordered(json.loads(data))
    if kind in ("application/n-triples", "application/n-quads", "text/csv"):
        return answer.status_code, kind, sorted(_BLANK.sub("_:b", data.decode()).splitlines())
    if kind == "application/zip":
        return answer.status_code, kind, _packed(data)
    if kind.endswith("spreadsheetml.sheet"):
        return answer.status_code, kind, _cells(data)
    return answer.status_code, kind, data.decode()


def _packed(data: bytes) -> dict[str, object]:
    """The files of an export, and what the one in RDF says; the others tell the time as well."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {
            name: packed.read(name).decode() if name.endswith(".trig") else None
            for name in packed.namelist()
        }


def _cells(data: bytes) -> dict[str, object]:
    """Every cell of a workbook that says something, by sheet and place, with what may be chosen."""
    book = load_workbook(io.BytesIO(data))
    cells = {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    choices = {
        f"{sheet.title}!{each.sqref}": each.formula1
        for sheet in book
        for each in sheet.data_validations.dataValidation
    }
    return {**cells, **choices}


def _unordered(found: dict[str, Any]) -> object:
    if "boolean" in found:
        return found["boolean"]
    return sorted(json.dumps(row, sort_keys=True) for row in found["results"]["bindings"])


def differs(one: Compared, method: str, address: str, **request: Any) -> bool:
    """Whether the caller is answered otherwise where nothing but the allowed graphs is."""
    answers = [
        told(side.client.open(address, method=method, **request))
        for side in (one.full, one.allowed)
    ]
    return answers[0] != answers[1]


# SPARQL

_KINDS_OF_GRAPHS = [
    f"{kind}{of}" for of in ("people", "raters") for kind in ("", "conclusions/", "history/")
]
_NAMED = st.sampled_from(["?graph", *(f"<{BASE}{name}>" for name in ("policy", "organisation"))])
_PREDICATES = st.sampled_from(
    [
        "?p",
        "a",
        "<http://www.w3.org/ns/org#memberOf>",
        f"<{BASE}ontology/judgements#ofPerson>",
        f"<{BASE}ontology/judgements#verdict>",
        f"<{BASE}ontology/people#ofPerson>",
        "<http://purl.org/dc/terms/identifier>",
        f"<{BASE}ontology/performance#rater>",
        f"<{BASE}ontology/performance#inForm>",
        f"<{BASE}ontology/judgements#onForm>",
        "(<http://www.w3.org/ns/org#memberOf>|^<http://www.w3.org/ns/org#memberOf>)",
        f"!(<{BASE}ontology/core#rank>)",
    ]
)


@st.composite
def patterns(draw: st.DrawFn, keys: Mapping[str, str]) -> str:
    """A graph pattern that may be about anybody, in any graph."""
    key = draw(st.sampled_from(sorted(keys.values())))
    person = f"<{BASE}person/{key}>"
    graphs = draw(
        st.one_of(
            _NAMED,
            st.sampled_from([f"<{BASE}{kind}/{key}>" for kind in _KINDS_OF_GRAPHS]),
        )
    )
    subject, value = draw(st.sampled_from([("?s", "?o"), (person, "?o"), ("?s", person)]))
    triple = f"{subject} {draw(_PREDICATES)} {value}"
    return draw(
        st.sampled_from(
            [
                triple,
                f"GRAPH {graphs} {{ {triple} }}",
                f"{{ {triple} }} UNION {{ GRAPH {graphs} {{ {triple} }} }}",
                f"{triple} FILTER EXISTS {{ GRAPH {graphs} {{ {person} ?any ?thing }} }}",
                f"{triple} FILTER NOT EXISTS {{ {person} ?any ?thing }}",
                f"{triple} MINUS {{ GRAPH {graphs} {{ ?s ?any ?thing }} }}",
                f"OPTIONAL {{ GRAPH {graphs} {{ {triple} }} }}",
                f"{{ SELECT (COUNT(*) AS ?n) {{ GRAPH {graphs} {{ {triple} }} }} }}",
                f"VALUES ?s {{ {person} }} GRAPH {graphs} {{ ?s ?q ?o }}",
            ]
        )
    )


@st.composite
def queries(draw: st.DrawFn, keys: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """A query of any form, and the graphs that the protocol's parameters name beside it."""
    pattern = draw(patterns(keys))
    key = draw(st.sampled_from(sorted(keys.values())))
    about = f"{BASE}{draw(st.sampled_from(['people', 'conclusions/people', 'raters']))}/{key}"
    dataset = draw(st.sampled_from(["", f"FROM <{about}>", f"FROM NAMED <{about}>"]))
    query = draw(
        st.sampled_from(
            [
                f"SELECT * {dataset} WHERE {{ {pattern} }}",
                f"SELECT (COUNT(*) AS ?n) {dataset} WHERE {{ {pattern} }}",
                f"SELECT DISTINCT ?g {dataset} WHERE {{ GRAPH ?g {{ {pattern} }} }}",
                f"ASK {dataset} WHERE {{ {pattern} }}",
                f"CONSTRUCT {{ ?s <{BASE}x> ?o }} {dataset} WHERE {{ {pattern} }}",
                f"DESCRIBE <{BASE}person/{key}> {dataset}",
            ]
        )
    )
    named = draw(st.sampled_from([{}, {"default-graph-uri": about}, {"named-graph-uri": about}]))
    return query, named


@pytest.mark.parametrize("name", READERS)
def test_a_query_sees_the_allowed_graphs_alone(organisation: Organisation, name: str) -> None:
    one = organisation.compared[name]

    @settings(
        max_examples=40,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        derandomize=True,
    )
    @given(queries(organisation.keys), st.sampled_from(["GET", "form", "direct"]))
    def compare(query: tuple[str, dict[str, str]], way: str) -> None:
        text, named = query
        accept = {"Accept": "application/sparql-results+json, application/n-triples;q=0.9"}
        if way == "GET":
            address = f"/sparql?{urlencode({'query': text, **named})}"
            assert not differs(one, "GET", address, headers=accept)
        elif way == "form":
            form = {"query": text, **named}
            assert not differs(one, "POST", "/sparql", data=form, headers=accept)
        else:
            direct = {"data": text, "content_type": "application/sparql-query"}
            assert not differs(one, "POST", f"/sparql?{urlencode(named)}", headers=accept, **direct)

    compare()


@dataclass(frozen=True)
class Variation:
    """The organisation a little otherwise: who is not in it, and who has which level everywhere."""

    gone: frozenset[str]
    rated: Mapping[str, int]


variations = st.builds(
    Variation,
    st.frozensets(st.sampled_from(PEOPLE), max_size=3),
    st.dictionaries(st.sampled_from(PEOPLE), st.integers(4, 10), max_size=2),
)


@contextmanager
def varied(organisation: Organisation, variation: Variation) -> Iterator[None]:
    """The organisation so, in the full store and in those of the allowed graphs alike."""
    base, keys = organisation.base, organisation.keys
    keys_of_gone = {keys[person] for person in variation.gone}
    people = keys_of_gone | {keys[person] for person in variation.rated}
    graphs = {
        graph: key for key in people for graph in (*graphs_of_person(key), *graphs_of_raters(key))
    }
    before = {graph: base.store.graph(graph) for graph in graphs}

    def everywhere(content: Mapping[NamedNode, list[Triple]]) -> None:
        base.store.replace_graphs(content)
        for one, store in _allowed_stores(organisation):
            seen = [
                graph
                for graph in content
                if one.people is None or graphs[graph] in one.people
                if one.raters or not tells_of_raters(graph.value)
            ]
            store.replace_graphs({graph: content[graph] for graph in seen})

    try:
        for person, level in variation.rated.items():
            ratings = dict.fromkeys(base.catalogue.dimensions["t12"], Decimal(level))
            record = AssessmentRecord("A1", keys[person], RECENTLY, "test", "t12", ratings)
            base.put_assessment(record)
        everywhere(
            {
                graph: [] if key in keys_of_gone else base.store.graph(graph)
                for graph, key in graphs.items()
            }
        )
        yield
    finally:
        everywhere(before)


def _allowed_stores(organisation: Organisation) -> list[tuple[Compared, KnowledgeStore]]:
    """The stores of the allowed graphs, each once, with one of those for whom it is."""
    compared = {(one.people, one.raters): one for one in organisation.compared.values()}
    return [
        (one, one.allowed.app.extensions[EXTENSION].knowledge_base.store)
        for one in compared.values()
    ]


@pytest.mark.parametrize("name", READERS)
def test_whoever_comes_or_goes_a_query_sees_the_allowed_graphs_alone(
    organisation: Organisation, name: str
) -> None:
    one = organisation.compared[name]
    accept = {"Accept": "application/sparql-results+json, application/n-triples;q=0.9"}

    @settings(
        max_examples=6,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        derandomize=True,
    )
    @given(variations, st.lists(queries(organisation.keys), min_size=3, max_size=6))
    def compare(variation: Variation, asked: list[tuple[str, dict[str, str]]]) -> None:
        with varied(organisation, variation):
            for text, named in asked:
                address = f"/sparql?{urlencode({'query': text, **named})}"
                assert not differs(one, "GET", address, headers=accept)

    compare()


def test_what_was_varied_is_as_it_was(organisation: Organisation) -> None:
    store = organisation.base.store
    before = {name: set(store.graph(name)) for name in store.graph_names()}
    variation = Variation(frozenset({PEOPLE[1]}), {PEOPLE[0]: 9})

    with varied(organisation, variation):
        during = {name: set(store.graph(name)) for name in store.graph_names()}

    assert during != before
    assert {name: set(store.graph(name)) for name in store.graph_names()} == before


@pytest.mark.parametrize("name", READERS)
def test_the_graph_store_has_the_allowed_graphs_alone(
    organisation: Organisation, name: str
) -> None:
    one = organisation.compared[name]
    graphs = [
        f"{BASE}{kind}/{key}"
        for key in [*organisation.keys.values(), "p-" + "a" * 26]
        for kind in _KINDS_OF_GRAPHS
    ]
    addresses = [f"/data?graph={quote(graph, safe='')}" for graph in (*graphs, f"{BASE}policy")]
    addresses += [
        f"/data/{kind}/{key}" for key in organisation.keys.values() for kind in ("people", "raters")
    ]

    wrong = [
        (method, address)
        for address in [*addresses, "/data?default"]
        for method in ("GET", "HEAD")
        if differs(one, method, address, headers={"Accept": "application/n-triples"})
    ]

    assert wrong == []


@pytest.mark.parametrize("name", READERS)
def test_descriptions_count_the_allowed_graphs_alone(organisation: Organisation, name: str) -> None:
    one = organisation.compared[name]

    for address in ("/dataset", "/sparql"):
        assert not differs(one, "GET", address, headers={"Accept": "application/n-triples"})


# JSON and pages


def addresses(organisation: Organisation, accept: str = "") -> list[tuple[str, str]]:
    """Every address that is read, about everybody and about somebody who does not exist.

    Those of the API are none to ask for pages.
    """
    asked = (PEOPLE[0], PEOPLE[4])
    known = [*asked, *(organisation.keys[person] for person in asked), "xyz"]
    found = []
    for rule in organisation.app.url_map.iter_rules():
        if NEEDS[rule.endpoint] is Need.NOTHING or "GET" not in (rule.methods or ()):
            continue
        if rule.endpoint.split(".")[0] in ("metrics", "api_reference", "graph_store", "sparql"):
            continue
        if accept == "text/html" and rule.rule.startswith("/api/"):
            continue
        found += [(rule.endpoint, address) for address in _built(rule, known)]
    return found


_QUESTION_WORDS = {
    "box": ["core-player"],
    "item": ["patience"],
    "period": [PERIOD, "2026-q1"],
    "plan": [PLAN, MODEL],
    "requirement": [f"{MODEL}.patience"],
    "study": [STUDY],
    "team": ["north"],
    "training": ["callback-diary-coaching"],
    "verdict": ["insufficient-evidence"],
}
"""Ids of other things, whether or not they exist, that addresses and questions take.

What there is something about comes first.
"""


def _built(rule: Rule, people: list[str]) -> Iterator[str]:
    parts: Mapping[str, list[str]] = {
        "person": people,
        "model": [MODEL],
        "name": sorted(questions()),
        "version": [VERSION],
        "before": [VERSION],
        "after": [VERSION],
        "module": ["core", f"models/{MODEL}"],
        "prefix": ["person", "core"],
        "local": [*people, "Position"],
        "tail": [f"person/{person}" for person in people],
        "pending": ["none"],
        **_QUESTION_WORDS,
    }
    if rule.endpoint.endswith(".behind"):
        parts = {**parts, "name": sorted(BEHIND)}
    if "compare" in rule.endpoint:
        for person in people:
            several = [("model", MODEL), ("person", person), ("person", people[0])]
            yield f"{rule.rule}?{urlencode(several)}"
    if rule.endpoint.endswith(".explain"):
        yield from _explained(rule.rule, people)
        return
    for values in _combined({name: parts[name] for name in rule.arguments}):
        built = rule.build(values, append_unknown=False)
        assert built is not None
        if rule.endpoint.endswith((".question", ".behind")):
            for things in _things(values["name"], people):
                yield f"{built[1]}?{urlencode(things)}"
        else:
            yield built[1]


def _combined(parts: Mapping[str, list[str]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{}]
    for name, values in parts.items():
        found = [{**one, name: value} for one in found for value in values]
    return found


def _things(question: str, people: list[str]) -> list[dict[str, str]]:
    """Everything that a question can be asked about, one thing after the other."""
    offered = {"person": people, "model": [MODEL], **_QUESTION_WORDS}
    taken = {word: offered[word] for word in questions()[question].takes}
    first = {word: values[0] for word, values in taken.items()}
    others = [{**first, word: value} for word, values in taken.items() for value in values[1:]]
    return [first, *others]


def _explained(path: str, people: list[str]) -> Iterator[str]:
    for person in people:
        things = {"person": person, "model": MODEL}
        yield f"{path}?{urlencode(things)}"
        yield f"{path}?{urlencode({**things, 'whyNot': 'strong-fit', 'seconds': '0'})}"
        conclusion = f"{BASE}person/{person}/verdict/{MODEL}"
        yield f"{path}?{urlencode({'conclusion': conclusion})}"


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("name", [name for name in READERS if name != "analyst"])
def test_no_page_and_no_document_tells_more(
    organisation: Organisation, name: str, accept: str
) -> None:
    one = organisation.compared[name]

    wrong = [
        (endpoint, address)
        for endpoint, address in addresses(organisation, accept)
        if differs(one, "GET", address, headers={"Accept": accept})
    ]

    if CALLERS[name].role in (Role.MODEL_READER, Role.EDITOR):
        wrong = [(endpoint, address) for endpoint, address in wrong if not _is_count(address)]
    if CALLERS[name].role is Role.EDITOR:  # told in which abilities nobody was ever assessed
        wrong = [one for one in wrong if one[0] != "version_pages.version"]
    assert wrong == []


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_who_sees_pseudonyms_meets_no_name_and_no_id(
    organisation: Organisation, accept: str
) -> None:
    analyst = organisation.compared["analyst"].full.client

    wrong = [
        (endpoint, address)
        for endpoint, address in addresses(organisation, accept)
        if not KNOWN.search(unquote(address))
        if KNOWN.search(str(told(analyst.get(address, headers={"Accept": accept}))))
    ]

    assert wrong == []


_COUNTED = {"/", "/organisation", "/overview", "/status", "/teams", f"/position-models/{MODEL}"}
"""Addresses that tell how many people are judged how, where those are not few."""


def _is_count(address: str) -> bool:
    """Whether an address asks for counts of everybody, which who sees nobody is told as well."""
    path = address.partition("?")[0]
    if "/diff/" in path:  # how many people would be judged otherwise
        return True
    if path.removeprefix("/api/v1") in _COUNTED or path == "/position-models":
        return True  # the page of all models counts verdicts; their JSON tells of nobody
    name = path.rpartition("/")[2]
    return name in questions() and questions()[name].counted is not None


@pytest.mark.parametrize("accept", ["application/json", "text/html", "text/turtle"])
@pytest.mark.parametrize("name", READERS)
def test_nothing_that_is_read_names_a_rater(
    organisation: Organisation, name: str, accept: str
) -> None:
    client = organisation.compared[name].full.client

    wrong = [
        (endpoint, address)
        for endpoint, address in addresses(organisation, accept)
        if _RATER.search(str(told(client.get(address, headers={"Accept": accept}))))
    ]

    assert wrong == []


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "supposed", [{"ratings": {"patience": 9}}, {"policy": {"points-of-grade-b": 88}}]
)
def test_no_supposition_tells_more(
    organisation: Organisation, name: str, supposed: dict[str, Any]
) -> None:
    one = organisation.compared[name]
    people = [*PEOPLE, *organisation.keys.values(), "xyz"]

    wrong = [
        whom
        for whom in ["everyone", *({"person": person} for person in people)]
        if differs(one, "POST", "/api/v1/what-if", json={"for": whom, **supposed})
    ]

    assert wrong == []


@pytest.mark.parametrize("name", READERS)
def test_no_check_of_a_document_tells_more(organisation: Organisation, name: str) -> None:
    one = organisation.compared[name]
    people = [*PEOPLE, *organisation.keys.values()]
    turtle = "\n".join(
        f"<{BASE}person/{person}> <{BASE}ontology/people#candidateFor> <{BASE}position/x> ."
        for person in people
    )
    sheet = "person,framework,date,source,patience\n" + "".join(
        f"{person},t12,{RECENTLY.isoformat()},test,7\n" for person in people
    )

    document = f"/api/v1/position-models/{MODEL}/document"
    model = one.full.client.get(document, headers={"Accept": "text/turtle"}).text
    texts = [(turtle, "text/turtle"), (sheet, "text/csv")]
    if CALLERS[name].role is not Role.EDITOR:  # told in which abilities nobody was ever assessed
        texts.append((model, "text/turtle"))
    for text, media_type in texts:
        assert not differs(one, "POST", "/api/v1/validate", data=text, content_type=media_type)


# What one was told is not told to another


def test_nobody_is_told_that_nothing_changed_by_what_another_was_told(
    organisation: Organisation,
) -> None:
    one_of_each = dict(reversed(addresses(organisation)))
    told_as = {
        (name, one_of_each[endpoint]): one.full.client.get(one_of_each[endpoint]).headers.get(
            "ETag"
        )
        for name, one in organisation.compared.items()
        for endpoint in CONDITIONAL & set(one_of_each)
    }

    wrong = [
        (name, other, address)
        for (other, address), tag in told_as.items()
        for name, one in organisation.compared.items()
        if tag and name != other
        if one.full.client.get(address, headers={"If-None-Match": tag}).status_code == 304
    ]

    assert wrong == []


def test_the_comparison_has_a_study_that_some_may_read(organisation: Organisation) -> None:
    answers = {
        name: one.full.client.get(f"/api/v1/studies/{STUDY}").status_code
        for name, one in organisation.compared.items()
    }

    assert {name for name, status in answers.items() if status == 200} == {
        "editor",
        "analyst",
        "hr",
    }
    assert set(answers.values()) == {200, 403}


def test_the_comparison_is_of_something(organisation: Organisation) -> None:
    """Those who may see somebody do, and the allowed graphs are fewer than there are."""
    seen = {
        name: len((one.full.client.get("/api/v1/people").get_json() or {}).get("rows", []))
        for name, one in organisation.compared.items()
    }

    assert seen["ana"] == 1
    assert 1 <= seen["north"] < len(PEOPLE)
    assert seen["analyst"] == seen["hr"] == len(PEOPLE)
    dumps = {
        name: one.full.client.get("/data?default", headers={"Accept": "application/n-triples"}).text
        for name, one in organisation.compared.items()
    }
    assert {name for name, dump in dumps.items() if _RATER.search(dump)} == {"hr"}
    assert all("RatingForm" in dumps[name] for name in ("ana", "north", "analyst"))
    assert seen["reader"] == seen["editor"] == seen["nobody"] == seen["no-team"] == 0
    assert {name for name, one in organisation.compared.items() if one.people is None} == {
        "analyst",
        "hr",
    }
