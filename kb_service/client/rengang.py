"""The service as an object: what it answers, and what it stores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from kb_service.client.connection import JSON, Answer, Connection, read_from
from kb_service.client.values import Row, Rows

Document = dict[str, Any]

_API = "/api/v1"
_QUERY = "application/sparql-query"
_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_TYPES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ttl": "text/turtle",
    ".nt": _TRIPLES,
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}


@dataclass(frozen=True)
class Graph:
    """The triples of a graph, and the tag to give as `if_match` when it is written back."""

    triples: tuple[Triple, ...]
    etag: str | None


class Rengang:
    """A service at an address. Use it in a `with` block, or `close` it.

    Every method raises Problem, or one of its kinds, when the service does not do what was asked.
    What is busy or fails on the way is asked again, `attempts` times in all, after as long as the
    service says; a write carries a key by which the service knows it again, so that it is carried
    out once. `timeout` is how many seconds there may be between two pieces of an answer.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        language: str = "en",
        timeout: float = 60.0,
        attempts: int = 4,
    ) -> None:
        self._connection = Connection(url, token, language, timeout, attempts)

    def __enter__(self) -> Rengang:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._connection.close()

    @property
    def url(self) -> str:
        """The address of the service."""
        return self._connection.url

    # SPARQL

    def query(self, sparql: str) -> Rows:
        """The rows of a SELECT, streamed: a million of them take no more memory than one."""
        response = self._connection.stream("/sparql", sparql.encode(), _QUERY, _RESULTS)
        try:
            found = parse_query_results(read_from(response), format=QueryResultsFormat.JSON)
            if not isinstance(found, QuerySolutions):
                raise ValueError("This query asks yes or no; use holds().")
        except BaseException:
            response.close()
            raise
        return Rows(found, response.close)

    def holds(self, sparql: str) -> bool:
        """Whether an ASK is true."""
        answer = self._connection.post("/sparql", sparql.encode(), _QUERY, accept=_RESULTS)
        found = parse_query_results(answer.body, format=QueryResultsFormat.JSON)
        if not isinstance(found, QueryBoolean):
            raise ValueError("This query asks for rows; use query().")
        return bool(found)

    def construct(self, sparql: str) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, streamed."""
        with self._connection.stream("/sparql", sparql.encode(), _QUERY, _TRIPLES) as response:
            for quad in parse(read_from(response), format=RdfFormat.N_TRIPLES):
                yield quad.triple

    def update(self, sparql: str, *, if_match: str | None = None) -> None:
        """Carry out an update: all of it, with everything that follows, or nothing."""
        body, kind = sparql.encode(), "application/sparql-update"
        self._connection.write("POST", "/sparql", body, kind, if_match=if_match)

    def graph(self, iri: str | None = None) -> Graph:
        """A graph by its IRI; without one, everything that the caller may read."""
        answer = self._connection.get("/data", _graph(iri), _TRIPLES)
        found = parse(answer.body, format=RdfFormat.N_TRIPLES)
        return Graph(tuple(quad.triple for quad in found), answer.etag)

    def put_graph(
        self,
        iri: str,
        triples: Iterable[Triple],
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> str | None:
        """Store a graph in place of what it held; answers the tag of what is stored then.

        Raises Changed where `if_match` is out of date, and with `if_none_match="*"` where there is
        such a graph already.
        """
        return self._write_graph("PUT", iri, triples, if_match, if_none_match).etag

    def add_to_graph(
        self, iri: str, triples: Iterable[Triple], *, if_match: str | None = None
    ) -> None:
        """Store triples beside what a graph holds."""
        self._write_graph("POST", iri, triples, if_match)

    def delete_graph(self, iri: str, *, if_match: str | None = None) -> None:
        """Remove a graph."""
        self._connection.write("DELETE", "/data", given=_graph(iri), if_match=if_match)

    def _write_graph(
        self,
        method: str,
        iri: str,
        triples: Iterable[Triple],
        if_match: str | None,
        if_none_match: str | None = None,
    ) -> Answer:
        return self._connection.write(
            method,
            "/data",
            serialize(triples, format=RdfFormat.N_TRIPLES) or b"\n",
            _TRIPLES,
            given=_graph(iri),
            if_match=if_match,
            if_none_match=if_none_match,
        )

    # Questions and judgements

    def questions(self) -> list[Document]:
        """Every question that can be asked, with what it takes."""
        return list(self._pages("/questions"))

    def ask(self, question: str, **things: str) -> Iterator[Row]:
        """The rows of the answer to a question about things by their ids."""
        return self._pages(f"/questions/{_id(question)}", **things)

    def position_models(self) -> list[Document]:
        """Every position model."""
        return list(self._pages("/position-models"))

    def position_model(self, model: str) -> Document:
        """A position model with its duties and requirements."""
        return self._get(f"/position-models/{_id(model)}")

    def candidates(self, model: str) -> Iterator[Document]:
        """The people judged for a position, best fit first."""
        return self._pages(f"/position-models/{_id(model)}/candidates")

    def people(self) -> Iterator[Document]:
        """Who is in there."""
        return self._pages("/people")

    def person(self, person: str) -> Document:
        """Who somebody is and how they were assessed."""
        return self._get(f"/people/{_id(person)}")

    def fits(self, person: str) -> list[Document]:
        """How somebody fits each position, best first."""
        return list(self._pages(f"/people/{_id(person)}/fit"))

    def fit(self, person: str, model: str, as_of: date | None = None) -> Document:
        """How somebody fits a position, with everything the judgement rests on."""
        return self._get(f"/people/{_id(person)}/fit/{_id(model)}", asOf=as_of)

    def training_plan(self, person: str, model: str) -> Document:
        """The trainings that close somebody's gaps for a position, in order."""
        return self._get(f"/people/{_id(person)}/training-plan/{_id(model)}")

    def explain(self, person: str, model: str, as_of: date | None = None) -> Document:
        """Why somebody was judged as they were for a position."""
        return self._get("/explain", person=person, model=model, asOf=as_of)

    def explain_conclusion(self, iri: str, as_of: date | None = None) -> Document:
        """Why something was concluded, by the IRI of the conclusion."""
        return self._get("/explain", conclusion=iri, asOf=as_of)

    def why_not(self, person: str, what: str, **things: str) -> Document:
        """Why something was not concluded of somebody, and what would change that."""
        return self._get("/explain", person=person, whyNot=what, **things)

    def what_if(self, whom: str | Mapping[str, str] = "everyone", **suppositions: Any) -> Document:
        """Who would be judged otherwise if ratings, requirements, policy or a model were others."""
        body = json.dumps({"for": whom, **suppositions}).encode()
        found: Document = self._connection.post(f"{_API}/what-if", body, JSON).json()
        return found

    # Writes

    def put_person(self, person: str, **fields: str | Sequence[str]) -> Document:
        """Store who somebody is: `name`, `team`, `post`, `candidateFor`."""
        return self._put(f"/people/{_id(person)}", fields)

    def put_assessment(
        self,
        person: str,
        assessment: str,
        ratings: Mapping[str, float | None],
        *,
        source: str,
        framework: str,
        on: date,
        expires: date | None = None,
        scale: str | None = None,
    ) -> Document:
        """Store an assessment; answers the person's fits as they are with it."""
        fields: Document = {"date": on.isoformat(), "source": source, "framework": framework}
        fields["ratings"] = dict(ratings)
        if expires:
            fields["expires"] = expires.isoformat()
        if scale:
            fields["scale"] = scale
        return self._put(f"/people/{_id(person)}/assessments/{_id(assessment)}", fields)

    def delete_person(self, person: str) -> None:
        """Erase somebody: nothing held of them is left."""
        self._connection.write("DELETE", f"{_API}/people/{_id(person)}")

    def delete_assessment(self, person: str, assessment: str) -> None:
        """Take an assessment back."""
        path = f"{_API}/people/{_id(person)}/assessments/{_id(assessment)}"
        self._connection.write("DELETE", path)

    def import_file(self, path: Path | str) -> Document:
        """Store the people and assessments of a filled template, `.xlsx` or `.csv`."""
        data, kind = _file(Path(path))
        found: Document = self._connection.write("POST", f"{_API}/import", data, kind).json()
        return found

    def submit_position_model(self, path: Path | str) -> str:
        """Hand a position model in as a draft of a new version; answers the address of that.

        Raises Refused with what is to be corrected.
        """
        data, kind = _file(Path(path))
        answer = self._connection.write("POST", f"{_API}/position-models", data, kind)
        return answer.location or ""

    def validate(self, path: Path | str) -> Document:
        """What the shapes say of a document; nothing is stored."""
        data, kind = _file(Path(path))
        found: Document = self._connection.post(f"{_API}/validate", data, kind).json()
        return found

    def _put(self, path: str, fields: Mapping[str, Any]) -> Document:
        body = json.dumps(fields).encode()
        found: Document = self._connection.write("PUT", _API + path, body).json()
        return found

    def _get(self, path: str, **given: Any) -> Document:
        found: Document = self._connection.get(_API + path, given).json()
        return found

    def _pages(self, path: str, **given: str) -> Iterator[Document]:
        """Every row of a list, page after page."""
        offset: int | None = None
        while True:
            page = self._get(path, offset=offset, **given)
            yield from page["rows"]
            offset = page.get("nextOffset")
            if offset is None:
                return


def _id(id: str) -> str:
    """An id as a segment of an address."""
    return quote(id, safe="")


def _graph(iri: str | None) -> Mapping[str, str]:
    return {"default": ""} if iri is None else {"graph": iri}


def _file(path: Path) -> tuple[bytes, str]:
    """What a file holds and what it is. Raises ValueError for a name that does not tell."""
    kind = _TYPES.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(sorted(_TYPES))
        raise ValueError(f"{path.name}: the name should end in one of {known}")
    return path.read_bytes(), kind
