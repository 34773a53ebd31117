"""Every place of the service that takes text, and how a hostile text gets there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from tests.hostile.attack import ON_THE_PAGE, PATCHED, Attack
from tests.hostile.costly_queries import costly_queries
from tests.hostile.deep_queries import broken_queries, deep_queries, long_queries
from tests.hostile.documents import documents
from tests.hostile.limits import SECONDS_OF_A_DOCUMENT, SECONDS_OF_A_QUERY
from tests.hostile.reaching_out import reaching_queries, updates
from tests.hostile.sheets import sheets
from tests.hostile.texts import json_bodies, supposition, suppositions, words

_FORM = "application/x-www-form-urlencoded"
_PAGE = {"Accept": "text/html"}


@dataclass(frozen=True)
class Request:
    """A request as a client sends it."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Send = Callable[[bytes, str], Request]


@dataclass(frozen=True)
class Place:
    """Where text is taken, and the attacks that are meant for it."""

    name: str
    send: Send
    attacks: Callable[[], Sequence[Attack]]
    seconds: float = SECONDS_OF_A_DOCUMENT
    """How long its answers may take."""


def cases() -> list[tuple[Attack, Place]]:
    """Each attack with each place that it is meant for."""
    return [(attack, place) for place in places() for attack in place.attacks()]


def queries() -> list[Attack]:
    """Every attack that is a query."""
    return [
        *deep_queries(),
        *long_queries(),
        *broken_queries(),
        *costly_queries(),
        *reaching_queries(),
    ]


def places() -> list[Place]:
    """Every place."""
    queried = [replace(p, seconds=SECONDS_OF_A_QUERY) for p in (*_queries(), *_addresses())]
    return [*queried, *_updates(), *_graph_store(), *_documents(), *_sheets(), *_json()]


def _queries() -> list[Place]:
    def address(text: bytes, _: str) -> Request:
        return Request("GET", f"/sparql?{urlencode({'query': text})}")

    return [
        Place("query, posted", _direct("query"), queries),
        Place("query in a form", _form("query"), queries),
        Place("query in the address", address, lambda: [*broken_queries(), *reaching_queries()]),
        Place(ON_THE_PAGE, _form("query", **_PAGE), queries),
    ]


def _updates() -> list[Place]:
    return [
        Place("update, posted", _direct("update"), updates),
        Place("update in a form", _form("update"), updates),
    ]


def _direct(kind: str) -> Send:
    headers = {"Content-Type": f"application/sparql-{kind}"}
    return lambda text, _: Request("POST", "/sparql", headers, text)


def _form(name: str, **more: str) -> Send:
    headers = {"Content-Type": _FORM, **more}
    return lambda text, _: Request("POST", "/sparql", headers, urlencode({name: text}).encode())


def _graph_store() -> list[Place]:
    def to(method: str, graph: str) -> Send:
        path = f"/data?{urlencode({'graph': graph})}" if graph else "/data?default"
        return lambda text, kind: Request(method, path, {"Content-Type": kind}, text)

    model = "https://w3id.org/rengang/graph/models/hostile"

    def patch(text: bytes, _: str) -> Request:
        path = f"/data?{urlencode({'graph': model})}"
        return Request("PATCH", path, {"Content-Type": "application/sparql-update"}, text)

    def named(text: bytes, _: str) -> Request:
        return Request("GET", f"/data?{urlencode({'graph': text})}")

    return [
        Place("graph put", to("PUT", model), documents),
        Place("graph posted to the default", to("POST", ""), documents),
        Place(PATCHED, patch, updates),
        Place("graph named", named, words),
    ]


def _documents() -> list[Place]:
    def posted(text: bytes, kind: str) -> Request:
        return Request("POST", "/api/v1/validate", {"Content-Type": kind}, text)

    def report(text: bytes, kind: str) -> Request:
        headers = {"Content-Type": kind, "Accept": "application/ld+json"}
        return Request("POST", "/api/v1/validate", headers, text)

    def pasted(text: bytes, _: str) -> Request:
        body = urlencode({"text": text}).encode()
        return Request("POST", "/validate", {"Content-Type": _FORM, **_PAGE}, body)

    def supposed(text: bytes, kind: str) -> Request:
        body = supposition(text, kind)
        return Request("POST", "/api/v1/what-if", {"Content-Type": "application/json"}, body)

    turtle = [one for one in documents() if one.media_type == "text/turtle"]
    return [
        Place("document validated", posted, documents),
        Place("document reported", report, documents),
        Place("document uploaded to validate", _uploaded("/validate"), documents),
        Place("document pasted", pasted, lambda: turtle),
        Place("document supposed", supposed, documents),
    ]


def _uploaded(path: str) -> Send:
    def send(text: bytes, kind: str) -> Request:
        ending = {"text/csv": "csv", "text/turtle": "ttl"}.get(kind, kind.rpartition("/")[2])
        ending = "xlsx" if "spreadsheet" in kind else ending
        head = f'--b0\r\nContent-Disposition: form-data; name="file"; filename="x.{ending}"\r\n'
        body = f"{head}Content-Type: {kind}\r\n\r\n".encode() + text + b"\r\n--b0--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=b0"}
        return Request("POST", path, headers, body)

    return send


def _sheets() -> list[Place]:
    def to(path: str) -> Send:
        return lambda text, kind: Request("POST", path, {"Content-Type": kind}, text)

    return [
        Place("sheet imported", to("/api/v1/import"), sheets),
        Place("sheet validated", to("/api/v1/validate"), sheets),
        Place("sheet uploaded", _uploaded("/import"), sheets),
    ]


def _json() -> list[Place]:
    def to(method: str, path: str) -> Send:
        headers = {"Content-Type": "application/json"}
        return lambda text, _: Request(method, path, headers, text)

    def supposed() -> list[Attack]:
        return [*json_bodies(), *suppositions()]

    return [
        Place("person", to("PUT", "/api/v1/people/h001"), json_bodies),
        Place("assessment", to("PUT", "/api/v1/people/h001/assessments/a1"), json_bodies),
        Place("supposition", to("POST", "/api/v1/what-if"), supposed),
    ]


def _addresses() -> list[Place]:
    def asked(path: str, parameters: str) -> Send:
        def send(text: bytes, _: str) -> Request:
            given = dict.fromkeys(parameters.split(), text)
            return Request("GET", f"{path}?{urlencode(given)}")

        return send

    def within(path: str, method: str = "GET", body: bytes = b"") -> Send:
        def send(text: bytes, _: str) -> Request:
            headers = {"Content-Type": "application/json"} if body else {}
            return Request(method, path.replace("{}", quote(text, safe="")), headers, body)

        return send

    addresses = {
        "conclusion": "/api/v1/explain conclusion",
        "conclusion on the page": "/explain conclusion",
        "why not": "/api/v1/explain whyNot person model training dimension",
        "why not of somebody": "/api/v1/explain whyNot seconds",
        "why not on the page": "/explain whyNot person model",
        "past day": "/api/v1/people/p001/fit/customer-service-specialist asOf",
        "question": "/api/v1/questions/fit-of-person person model",
        "question on the page": "/questions/fit-of-person person model",
        "window": "/api/v1/people limit offset",
        "window on the page": "/people limit offset",
        "template": "/api/v1/template framework",
        "graphs of a query": "/sparql query default-graph-uri named-graph-uri",
    }
    paths = {
        "person": "/api/v1/people/{}",
        "person on the page": "/people/{}",
        "fit": "/api/v1/people/{}/fit/{}",
        "model": "/api/v1/position-models/{}",
        "model on the page": "/position-models/{}",
        "question name": "/api/v1/questions/{}",
        "file": "/static/{}",
    }
    found = [
        Place(f"address: {name}", asked(*line.split(maxsplit=1)), words)
        for name, line in addresses.items()
    ]
    found += [Place(f"path: {name}", within(path), words) for name, path in paths.items()]
    written = within("/api/v1/people/{}", "PUT", b"[]")
    return [*found, Place("path: somebody written", written, words)]
