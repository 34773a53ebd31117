"""Who rated whom is told to HR alone, whichever way anybody asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kb_service.access.erasure import replace_rater_codes
from kb_service.access.roles import RIGHTS, Caller, Role
from kb_service.access.view import View
from kb_service.knowledge_base import UnknownThingError
from kb_service.people_records.raters import forms_in, is_opaque
from kb_service.vocabulary import (
    BASE,
    OF_RATERS,
    graphs_of_raters,
    iri,
    people_graph,
    rater_graph,
    rater_history_graph,
)
from kb_service.web.service import EXTENSION
from tests.appraised_people import Appraised, facts_of, opaque
from tests.appraised_service import CODES, OTHER_PEER, PEER, SUPERVISOR, open_appraised, rated
from tests.service_of_roles import ServiceOfRoles
from tests.test_performance import AT_TARGET, REPRESENTATIVE

Changed = Callable[[list[Triple], list[Triple]], list[Triple]]
OTHERS = sorted(role for role in Role if not RIGHTS[role].sees_raters)
READERS = (Role.SELF, Role.TEAM_LEAD, Role.ANALYST)
RATER = iri("performance", "rater")
ROWS = {"Accept": "application/sparql-results+json, application/n-triples;q=0.9"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_appraised(tmp_path_factory.mktemp("rated") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


def asked(service: ServiceOfRoles, role: Role, query: str) -> str:
    answer = service.as_role(role).get(f"/sparql?{urlencode({'query': query})}", headers=ROWS)
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(text: str) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = json.loads(text)["results"]["bindings"]
    return found


def data(service: ServiceOfRoles, role: Role, graph: NamedNode) -> int:
    address = f"/data?graph={quote(graph.value, safe='')}"
    return service.as_role(role).get(address).status_code


def gives_away(text: str) -> bool:
    told = any(code in text for code in CODES)
    return told or "ratedOn" in text or "RaterDeviation" in text


# Reading

_PATTERNS = st.sampled_from(
    [
        f"?s {RATER} ?o",
        f"?s {iri('performance', 'ratedOn')} ?o",
        f"?s a {iri('judgement', 'RaterDeviation')}",
        f"?s {iri('judgement', 'onForm')} ?o",
        f"?s ?p '{PEER}'",
        f"?s a {iri('performance', 'RatingForm')} ; ?p ?o",
        f"?s a ?o FILTER EXISTS {{ GRAPH ?any {{ ?s {RATER} ?code }} }}",
        f"?s {RATER}|{iri('performance', 'grade')} ?o",
    ]
)
_FORMS = st.sampled_from(
    [
        "SELECT * {dataset} WHERE {{ {pattern} }}",
        "CONSTRUCT {{ ?s ?p ?o }} {dataset} WHERE {{ {pattern} }}",
        "SELECT DISTINCT ?g {dataset} WHERE {{ GRAPH ?g {{ {pattern} }} }}",
    ]
)


@pytest.mark.parametrize("role", READERS)
def test_no_query_tells_who_rated(service: ServiceOfRoles, role: Role) -> None:
    graphs = graphs_of_raters(service.key("ana"))
    names = [f"FROM {name}" for name in graphs] + [f"FROM NAMED {name}" for name in graphs]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_FORMS, _PATTERNS, st.sampled_from(["", *names]))
    def ask(form: str, pattern: str, dataset: str) -> None:
        text = asked(service, role, form.format(pattern=pattern, dataset=dataset))

        assert not any(code in text for code in CODES)
        assert not any(begin in text for begin in OF_RATERS)

    ask()


@pytest.mark.parametrize("role", sorted(Role))
def test_whether_somebody_rated_is_found_out_by_hr_alone(
    service: ServiceOfRoles, role: Role
) -> None:
    text = asked(service, role, f"ASK {{ ?form {RATER} '{PEER}' }}")

    assert json.loads(text)["boolean"] is RIGHTS[role].sees_raters


@pytest.mark.parametrize("role", sorted(Role))
def test_the_graph_store_has_who_rated_for_hr_alone(service: ServiceOfRoles, role: Role) -> None:
    statuses = {data(service, role, name) for name in graphs_of_raters(service.key("ana"))[:2]}

    assert statuses == ({200} if RIGHTS[role].sees_raters else {404})


@pytest.mark.parametrize("role", OTHERS)
def test_no_whole_copy_tells_who_rated(service: ServiceOfRoles, role: Role) -> None:
    client, key = service.as_role(role), service.key("ana")

    texts = [
        client.get(address, headers={"Accept": "application/n-quads, application/n-triples"}).text
        for address in ("/data?default", f"/data/people/{key}", f"/data/history/people/{key}")
    ]

    about_forms = {Role.SELF, Role.TEAM_LEAD, Role.ANALYST}
    assert ("RatingForm" in texts[0]) or role not in about_forms
    assert [code for code in CODES if any(code in text for text in texts)] == []


def test_an_analyst_counts_everything_else(service: ServiceOfRoles) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } %s }"
    hidden = "FILTER (!REGEX(STR(?g), '/raters/'))"

    for_analyst = rows(asked(service, Role.ANALYST, count % ""))[0]["n"]["value"]
    for_hr = rows(asked(service, Role.HR, count % hidden))[0]["n"]["value"]

    assert for_analyst == for_hr


@pytest.mark.parametrize("role", READERS)
def test_no_supposition_tells_how_strict_a_rater_is(service: ServiceOfRoles, role: Role) -> None:
    person = service.key("ana") if role is Role.ANALYST else "ana"
    body = {"for": {"person": person}, "policy": {"points-of-grade-b": 88}, "detail": "conclusions"}
    answer = service.as_role(role).post("/api/v1/what-if", json=body)

    assert answer.status_code == 200, answer.text
    assert "IndicatorScore" in answer.text
    assert not gives_away(answer.text)


@pytest.mark.parametrize("role", READERS)
def test_the_past_does_not_tell_who_rated(service: ServiceOfRoles, role: Role) -> None:
    person = service.key("ana") if role is Role.ANALYST else "ana"
    day = service.knowledge_base.as_of.isoformat()

    answer = service.as_role(role).get(f"/api/v1/people/{person}/performance?period=q2&asOf={day}")

    assert answer.status_code == 200, answer.text
    assert not gives_away(answer.text)


@pytest.mark.parametrize("role", sorted(Role))
def test_what_is_concluded_of_a_form_is_no_kind_of_conclusion_to_others(
    service: ServiceOfRoles, role: Role
) -> None:
    person = "ana" if RIGHTS[role].sees_names else service.key("ana")

    answer = service.as_role(role).get(
        "/api/v1/explain", query_string={"person": person, "whyNot": "RaterDeviation"}
    )

    assert (answer.status_code == 200) is RIGHTS[role].sees_raters


def test_rules_about_raters_still_conclude(service: ServiceOfRoles) -> None:
    answer = service.as_role(Role.HR).get("/api/v1/questions/calibration-of-raters?period=q2")

    assert {row["rater"] for row in answer.get_json()["rows"]} == set(CODES)


# Writing


def facts(service: ServiceOfRoles, person: str) -> tuple[list[Triple], list[Triple]]:
    store, key = service.knowledge_base.store, service.key(person)
    return store.graph(people_graph(key)), store.graph(rater_graph(key))


def turtle(triples: list[Triple]) -> bytes:
    return serialize(triples, format=RdfFormat.TURTLE) or b""


def codes(raters: list[Triple]) -> list[str]:
    found = (t.object for t in raters if t.predicate == RATER)
    return sorted(code.value for code in found if isinstance(code, Literal))


def messages(text: str) -> str:
    return " ".join(each["message"]["en"] for each in json.loads(text)["findings"])


def put_form(service: ServiceOfRoles, person: str, rater: str, grade: str = "B") -> int:
    body = {"source": "peer", "date": "2026-08-03", "grades": {"integrity": grade}}
    answer = service.as_role(Role.HR).put(
        f"/api/v1/people/{person}/rating-forms/q3/{rater}",
        json={**body, "plan": REPRESENTATIVE, "reason": "mistyped"},
    )
    assert answer.status_code in (200, 201), answer.text
    return answer.status_code


def test_forms_get_names_by_chance_and_are_found_again_by_their_rater(
    service: ServiceOfRoles,
) -> None:
    created = [put_form(service, "dan", rater) for rater in ("r1", "r2")]
    again = put_form(service, "dan", "r1", "C")

    about, raters = facts(service, "dan")
    names = forms_in(about)
    assert (created, again) == ([201, 201], 200)
    assert len(names) == 2 and all(map(is_opaque, names))
    assert {t.subject for t in raters} == names
    [correction] = service.as_role(Role.HR).get("/api/v1/people/dan/corrections").get_json()["rows"]
    assert correction["fact"] == "form/q3/r1/integrity"


def test_of_a_form_that_is_taken_back_only_the_history_tells_who_gave_it(
    service: ServiceOfRoles,
) -> None:
    put_form(service, "dan", "r-gone")
    address = "/api/v1/people/dan/rating-forms/q3/r-gone"
    service.as_role(Role.HR).delete(address, json={"reason": "mistyped"})

    _, raters = facts(service, "dan")
    history = service.knowledge_base.store.graph(rater_history_graph(service.key("dan")))

    assert "r-gone" not in str(raters)
    assert "r-gone" in str(history)


def test_a_document_may_name_forms_by_their_rater_and_says_the_same_twice(
    service: ServiceOfRoles,
) -> None:
    known = {"q3": Appraised(REPRESENTATIVE, AT_TARGET, rated("A", "B"))}
    document = turtle(facts_of("imported", known)).decode()
    for code in CODES:
        document = document.replace(opaque("imported", "q3", code), code)
    register = service.app.extensions[EXTENSION].register
    view = View(service.knowledge_base, register, Caller("admin", Role.ADMIN))

    view.import_rdf(document.encode(), "text/turtle")
    before = facts(service, "imported")
    view.import_rdf(document.encode(), "text/turtle")

    about, raters = before
    assert set(facts(service, "imported")[0]) == set(about)
    assert codes(raters) == sorted(CODES)
    assert [code for code in CODES if code in str(about)] == []


def test_what_is_written_without_a_graph_goes_to_both(service: ServiceOfRoles) -> None:
    about, raters = facts(service, "eve")

    assert RATER not in {t.predicate for t in about}
    assert codes(raters) == sorted(CODES)
    assert {t.subject for t in raters} == forms_in(about)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda about, raters: [*about, *raters], "is written in the graph"),
        (lambda about, raters: _by_code(about), "neither tell nor let anybody guess"),
    ],
)
def test_a_graph_that_would_tell_who_rated_is_refused(
    service: ServiceOfRoles, change: Changed, words: str
) -> None:
    about, raters = facts(service, "eve")
    address = f"/data?graph={quote(people_graph(service.key('eve')).value, safe='')}"

    answer = service.as_role(Role.HR).put(
        address, data=turtle(change(about, raters)), content_type="text/turtle"
    )

    assert answer.status_code == 422, answer.text
    assert words in messages(answer.text)
    assert facts(service, "eve") == (about, raters)


def _by_code(about: list[Triple]) -> list[Triple]:
    text = (serialize(about, format=RdfFormat.N_TRIPLES) or b"").decode()
    form = sorted(forms_in(about), key=str)[0].value
    named = text.replace(form, f"{form.rpartition('/')[0]}/{SUPERVISOR}")
    return [quad.triple for quad in parse(named, format=RdfFormat.N_TRIPLES)]


@pytest.mark.parametrize("statement", ["a <urn:x>", f"{RATER} 'r9'"])
def test_the_graph_of_raters_holds_nothing_else(service: ServiceOfRoles, statement: str) -> None:
    key = service.key("bo")
    node = f"<{BASE}person/{key}/form/q2/f-{'a' * 26}>"
    update = f"INSERT DATA {{ GRAPH {rater_graph(key)} {{ {node} {statement} }} }}"

    answer = service.as_role(Role.HR).post("/sparql", data={"update": update})

    assert answer.status_code == 422, answer.text


def test_forms_cannot_lose_who_gave_them(service: ServiceOfRoles) -> None:
    update = f"DROP GRAPH {rater_graph(service.key('bo'))}"

    answer = service.as_role(Role.HR).post("/sparql", data={"update": update})

    assert answer.status_code == 422
    assert "code of the rater" in messages(answer.text)


def test_with_a_form_goes_who_gave_it(service: ServiceOfRoles) -> None:
    about, raters = facts(service, "bo")
    gone = next(
        t.subject for t in raters if t.predicate == RATER and t.object == Literal(OTHER_PEER)
    )
    left = [t for t in about if not str(t.subject).strip("<>").startswith(str(gone).strip("<>"))]
    address = f"/data?graph={quote(people_graph(service.key('bo')).value, safe='')}"

    answer = service.as_role(Role.HR).put(address, data=turtle(left), content_type="text/turtle")

    assert answer.status_code in (200, 204), answer.text
    assert {t.subject for t in facts(service, "bo")[1]} == forms_in(left)


def files_with(folder: Path, text: bytes) -> list[Path]:
    """The files that hold a text; looked at anew when the store has put some together meanwhile."""
    try:
        return [p for p in folder.rglob("*") if p.is_file() and text in p.read_bytes()]
    except FileNotFoundError:
        return files_with(folder, text)


def test_whoever_is_erased_leaves_nothing_of_who_rated_them(service: ServiceOfRoles) -> None:
    put_form(service, "dan", "r-unmistakable-rater")
    asked(service, Role.ANALYST, "ASK { ?s ?p ?o }")
    key, folder = service.key("dan"), service.knowledge_base.store.data.path

    answer = service.as_role(Role.HR).delete("/api/v1/people/dan")

    assert answer.status_code in (200, 204), answer.text
    assert [n for n in service.knowledge_base.store.graph_names() if key in n.value] == []
    assert files_with(folder, b"r-unmistakable-rater") == []


# Raters themselves


def test_a_rater_who_asks_to_be_forgotten_has_no_code_any_more_and_the_grades_stay(
    service: ServiceOfRoles,
) -> None:
    store = service.knowledge_base.store
    register = service.app.extensions[EXTENSION].register
    hr = View(service.knowledge_base, register, Caller("hr", Role.HR))
    about, raters = facts(service, "eve")

    rated_people = replace_rater_codes(hr, [SUPERVISOR])

    after, anew = facts(service, "eve")
    named = [name for name in store.graph_names() if SUPERVISOR in str(store.graph(name))]
    [code] = set(codes(anew)) - set(codes(raters))
    assert rated_people >= 2
    assert set(after) == set(about)
    assert {t.subject for t in anew} == {t.subject for t in raters}
    assert (named, code[:2]) == ([], "x-")
    ana = codes(store.graph(rater_graph(service.key("ana"))))
    assert code in ana


def test_a_rater_whom_nobody_knows_is_named(service: ServiceOfRoles) -> None:
    register = service.app.extensions[EXTENSION].register
    hr = View(service.knowledge_base, register, Caller("hr", Role.HR))

    with pytest.raises(UnknownThingError, match="nobody-at-all"):
        replace_rater_codes(hr, ["nobody-at-all"])
