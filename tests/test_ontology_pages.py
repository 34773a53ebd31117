"""`/ontology` and `/id`: pages for people, RDF for programs, and no more of people than may be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from werkzeug.test import TestResponse

from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.terms_view import TermUsage
from kb_service.access.view import View
from kb_service.register import Register
from kb_service.vocabulary import BASE, iri
from kb_service.web.service import EXTENSION
from tests.service_of_roles import EVERYBODY, ServiceOfRoles, open_service

HTML = {"Accept": "text/html"}
TURTLE = {"Accept": "text/turtle"}
RDF = ("text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    opened = open_service(tmp_path_factory.mktemp("ontology") / "data")
    yield opened
    opened.app.extensions[EXTENSION].close()
    opened.knowledge_base.close()


@pytest.fixture
def reader(served: ServiceOfRoles) -> FlaskClient:
    return served.as_role(Role.MODEL_READER)


def triples_of(answer: TestResponse) -> set[Triple]:
    form = RdfFormat.from_media_type(str(answer.mimetype))
    return {quad.triple for quad in parse(answer.get_data(), form)}


def text_of(answer: TestResponse) -> str:
    """What a reader sees of a page, with single spaces."""
    assert answer.status_code == 200, answer.text
    main = answer.text.split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


# Pages


@pytest.mark.parametrize(("lang", "title"), [("zh", "本体"), ("en", "The ontology")])
def test_the_index_lists_every_module_in_the_readers_language(
    reader: FlaskClient, lang: str, title: str
) -> None:
    answer = reader.get(f"/ontology?lang={lang}", headers=HTML)

    assert f"<h1>{title}</h1>" in answer.text
    for path in ("core", "people", "t12", "grid", "models/trainer", "policy", "alignments"):
        assert f'href="/ontology/{path}"' in answer.text


def test_a_module_page_has_every_term_at_its_anchor(reader: FlaskClient) -> None:
    page = reader.get("/ontology/core?lang=en", headers=HTML).text
    module = triples_of(reader.get("/ontology/core", headers=TURTLE))

    words = {
        triple.subject.value.partition("#")[2]
        for triple in module
        if isinstance(triple.subject, NamedNode) and "ontology/core#" in triple.subject.value
    }
    assert len(words) > 40
    assert words <= set(re.findall(r' id="([^"]+)"', page))


def test_a_term_page_says_all_there_is_to_know(reader: FlaskClient) -> None:
    seen = text_of(reader.get("/ontology/terms/ability/patience?lang=en", headers=HTML))

    for said in (
        "Patience and persistence 耐心坚持",
        "Staying calm and carrying on",
        "在冗长、重复或棘手的工作中保持平和",
        "Stated Definition: Assumed",
        "identifier patience",
        "Ten-point scale",
        "exercise patience",
        "ESCO skills and competences",
        "Position models 3",
    ):
        assert said in seen


def test_a_class_page_tells_its_axioms_rules_shapes_and_questions(reader: FlaskClient) -> None:
    answer = reader.get("/ontology/terms/core/tier?lang=en", headers=HTML)

    seen = text_of(answer)
    assert "nothing has more than one value of “tier”" in seen
    assert "Rules that read it" in seen
    assert "Shapes that check it" in seen
    assert 'href="/questions/requirements-of-model"' in answer.text
    assert 'href="/ontology/terms/rule/effective-requirement"' in answer.text


def test_a_rule_has_a_page_with_its_text(reader: FlaskClient) -> None:
    seen = text_of(reader.get("/ontology/terms/rule/fit?lang=zh", headers=HTML))

    assert "匹配度按政策份额对各部分加权平均" in seen
    assert "CONSTRUCT" in seen


def test_every_page_that_the_index_leads_to_is_there(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.ADMIN)
    index = client.get("/ontology?lang=en", headers=HTML).text
    links = set(re.findall(r'href="(/ontology/[^"#]+)', index))

    assert len(links) > 80
    assert {link: client.get(link, headers=HTML).status_code for link in links} == dict.fromkeys(
        links, 200
    )


class _Careful(HTMLParser):
    """Notes what a strict content security policy would forbid."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        inline = tag in ("style", "iframe") or (tag == "script" and "src" not in names)
        if inline or any(name.startswith("on") for name in names):
            self.forbidden.append(tag)
        if "style" in names:
            self.forbidden.append(f"{tag} style")
        for name, value in attrs:
            if name == "src" and (value or "").startswith("http"):
                self.forbidden.append(value or "")


@pytest.mark.parametrize(
    "path", ["/ontology", "/ontology/core", "/ontology/terms/core/Dimension", "/ontology?q=level"]
)
def test_a_page_has_no_script_and_no_style_in_itself(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path, headers=HTML)

    careful = _Careful()
    careful.feed(answer.text)
    assert careful.forbidden == []
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


# Search


def test_a_search_finds_terms_in_either_language(reader: FlaskClient) -> None:
    found = text_of(reader.get("/ontology?q=时间管理&lang=en", headers=HTML))
    other = text_of(reader.get("/ontology?q=time%20management&lang=zh", headers=HTML))

    assert "Time management 时间管理 Individual ability:time-management" in found
    assert "时间管理 Time management 个体 ability:time-management" in other


def test_a_search_that_finds_nothing_says_what_to_try(reader: FlaskClient) -> None:
    seen = text_of(reader.get("/ontology?q=zebra&lang=en", headers=HTML))

    assert "Nothing was found. Try another word" in seen


def test_what_is_sought_is_shown_as_text(reader: FlaskClient) -> None:
    answer = reader.get("/ontology?q=%22%3E%3Cscript%3E&lang=en", headers=HTML)

    assert "<script>" not in answer.text


# RDF


@pytest.mark.parametrize("media_type", RDF)
@pytest.mark.parametrize("path", ["/ontology/core", "/ontology/terms/core/Ability", "/ontology"])
def test_the_same_address_answers_in_rdf(reader: FlaskClient, path: str, media_type: str) -> None:
    answer = reader.get(path, headers={"Accept": media_type})

    assert answer.mimetype == media_type
    assert triples_of(answer)
    assert {"Accept", "Authorization", "Cookie"} <= set(answer.vary)


def test_a_module_in_rdf_is_the_whole_module(served: ServiceOfRoles, reader: FlaskClient) -> None:
    answer = reader.get("/ontology/t12", headers=TURTLE)

    graph = served.knowledge_base.store.graph(NamedNode(BASE + "ontology/t12"))
    assert len(triples_of(answer)) == len(graph)


def test_a_term_in_rdf_brings_its_restrictions_along(reader: FlaskClient) -> None:
    said = triples_of(reader.get("/ontology/terms/core/Ability", headers=TURTLE))

    restrictions = [t for t in said if t.predicate == iri("owl", "onProperty")]
    assert len(restrictions) == 3
    assert {t.subject for t in said if isinstance(t.subject, NamedNode)} == {iri("core", "Ability")}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("text/turtle;q=0.4, application/rdf+xml;q=0.8", "application/rdf+xml"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("application/*", "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
    ],
)
def test_the_client_gets_what_it_likes_best(
    reader: FlaskClient, accept: str, media_type: str
) -> None:
    answer = reader.get("/ontology/core", headers={"Accept": accept})

    assert answer.mimetype == media_type


@pytest.mark.parametrize(
    "path", ["/ontology", "/ontology/core", "/ontology/terms/core/Ability", "/id/ability/patience"]
)
def test_a_format_that_nobody_has_is_refused(reader: FlaskClient, path: str) -> None:
    assert reader.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_a_link_may_name_the_format(reader: FlaskClient) -> None:
    answer = reader.get("/ontology/core?format=jsonld", headers=HTML)

    assert answer.mimetype == "application/ld+json"


def test_rdf_is_sent_once_while_nothing_changes(reader: FlaskClient) -> None:
    first = reader.get("/ontology/core", headers=TURTLE)

    again = reader.get("/ontology/core", headers=TURTLE | {"If-None-Match": first.headers["ETag"]})
    other = reader.get(
        "/ontology/core",
        headers={"Accept": "application/rdf+xml", "If-None-Match": first.headers["ETag"]},
    )

    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/ontology/nonsense",
        "/ontology/terms/core/Nonsense",
        "/ontology/terms/nonsense/Ability",
        "/ontology/term?iri=not%20an%20iri",
        "/ontology/term",
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_what_is_not_there_is_not_found(reader: FlaskClient, path: str, accept: str) -> None:
    assert reader.get(path, headers={"Accept": accept}).status_code == 404


# Names that lead to documents


@pytest.mark.parametrize(
    ("tail", "place"),
    [
        ("ontology", "/ontology"),
        ("ontology/core", "/ontology/core"),
        ("ontology/core/0.1.0", "/ontology/core"),
        ("ontology/models/trainer", "/ontology/models/trainer"),
        ("policy", "/ontology/policy"),
        ("ability/verbal-expression", "/ontology/terms/ability/verbal-expression"),
        ("position-model/trainer", "/ontology/terms/model/trainer"),
        ("rule/fit", "/ontology/terms/rule/fit"),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_a_name_leads_to_the_document_about_it(
    reader: FlaskClient, tail: str, place: str, accept: str
) -> None:
    answer = reader.get(f"/id/{tail}", headers={"Accept": accept})

    assert (answer.status_code, answer.location) == (303, place)
    assert "Accept" in answer.vary
    there = reader.get(place, headers={"Accept": accept})
    assert (there.status_code, there.mimetype) == (200, accept)


def test_every_name_in_a_module_leads_somewhere(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.ADMIN)
    graph = served.knowledge_base.store.graph(NamedNode(BASE + "ontology/models/trainer"))
    names = {t.subject.value for t in graph if isinstance(t.subject, NamedNode)}

    lost = {
        name
        for name in names
        if client.get(
            f"/id/{name.removeprefix(BASE)}", headers=TURTLE, follow_redirects=True
        ).status_code
        != 200
    }

    assert len(names) > 20
    assert lost == set()


# People


def test_somebody_is_described_to_who_may_see_them_and_the_audit_hears_of_it(
    served: ServiceOfRoles,
) -> None:
    key = served.key("ana")
    path = f"/ontology/terms/person/{key}"
    before = _audited(served)

    answer = served.as_role(Role.HR).get(path, headers=TURTLE)

    subjects = {t.subject for t in triples_of(answer) if isinstance(t.subject, NamedNode)}
    assert subjects == {iri("person", key)}
    assert b"Name of ana" not in answer.data
    assert _audited(served) == before + 1


@pytest.mark.parametrize(
    ("role", "person", "status"),
    [
        (Role.MODEL_READER, "ana", 403),
        (Role.EDITOR, "ana", 403),
        (Role.SELF, "ana", 200),
        (Role.SELF, "bo", 404),
        (Role.TEAM_LEAD, "bo", 200),
        (Role.TEAM_LEAD, "eve", 404),
        (Role.ANALYST, "eve", 200),
    ],
)
def test_the_name_of_a_person_tells_no_more_than_the_role_allows(
    served: ServiceOfRoles, role: Role, person: str, status: int
) -> None:
    key = served.key(person)

    answer = served.as_role(role).get(f"/id/person/{key}", headers=TURTLE, follow_redirects=True)

    assert answer.status_code == status


def test_in_a_browser_the_name_of_a_person_leads_to_their_page(served: ServiceOfRoles) -> None:
    key = served.key("ana")
    client = served.as_role(Role.HR)

    person = client.get(f"/ontology/terms/person/{key}", headers=HTML)
    verdict = client.get(f"/ontology/terms/person/{key}/verdict/trainer", headers=HTML)

    assert (person.status_code, person.location) == (303, f"/people/{key}")
    assert verdict.status_code == 303
    assert verdict.location.startswith("/explain?conclusion=")


def _audited(served: ServiceOfRoles) -> int:
    """How many lines the audit trail has."""
    folder = served.knowledge_base.store.data.audit
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.jsonl"))


# Counts of people


def usage(served: ServiceOfRoles, caller: Caller, least: int) -> TermUsage:
    register: Register = served.app.extensions[EXTENSION].register
    view = View(served.knowledge_base, register, caller, least_people_counted=least)
    return view.term_usage(iri("ability", "patience"))


def test_who_may_see_people_is_told_how_many_of_them_a_term_is_used_of(
    served: ServiceOfRoles,
) -> None:
    lead = Caller("lead", Role.TEAM_LEAD, team="north")

    assert usage(served, LOCAL, 5) == TermUsage(facts=len(EVERYBODY) - 1, conclusions=0)
    assert usage(served, lead, 5).facts == 4


def test_who_may_see_nobody_is_told_of_everybody_unless_few_use_it_or_few_do_not(
    served: ServiceOfRoles,
) -> None:
    reader = Caller("reader", Role.MODEL_READER)

    assert usage(served, reader, 1).facts == len(EVERYBODY) - 1
    assert usage(served, reader, 2).facts is None


def test_a_page_withholds_a_count_that_would_point_at_somebody(served: ServiceOfRoles) -> None:
    path = "/ontology/terms/ability/patience?lang=en"

    seen = text_of(served.as_role(Role.MODEL_READER).get(path, headers=HTML))
    all_of_it = text_of(served.as_role(Role.ANALYST).get(path, headers=HTML))

    assert "Facts about people withheld: too few people" in seen
    assert f"Facts about people {len(EVERYBODY) - 1} people" in all_of_it


def test_a_count_follows_a_commit(served: ServiceOfRoles) -> None:
    client = served.as_role(Role.ADMIN)
    used = "/ontology/terms/ability/patience?lang=en"
    before = text_of(client.get(used, headers=HTML))

    client.delete(f"/api/v1/people/{EVERYBODY[0]}/assessments/A1")

    after = text_of(client.get(used, headers=HTML))
    assert f"Facts about people {len(EVERYBODY) - 1} people" in before
    assert f"Facts about people {len(EVERYBODY) - 2} people" in after
