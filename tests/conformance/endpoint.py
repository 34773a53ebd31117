"""A service as a client of the suites sees it: its SPARQL endpoint and its graph store."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from pyoxigraph import Quad, QueryResultsFormat, RdfFormat, Triple, parse, serialize

from tests.conformance.results import Answer, csv_rows, parsed_rows, read_triples, stored
from tests.conformance.suites import BASE, State

_JSON = "application/sparql-results+json"


class Refused(Exception):
    """The service answered with another status than success."""


@dataclass(frozen=True)
class Endpoint:
    """Where queries and updates go, and where graphs lie."""

    client: httpx.Client
    sparql: str
    data: str

    def load(self, state: State, folder: str) -> None:
        """Make the dataset this one."""
        self.update("DROP ALL")
        default: list[Triple] = []
        for file in state.default:
            default += read_triples(file, f"{BASE}{folder}/{file.name}")
        if default:
            self._put({"default": ""}, default)
        for name, file in state.named:
            self._put({"graph": name}, read_triples(file, name))

    def _put(self, where: dict[str, str], triples: list[Triple]) -> None:
        quads = (Quad(t.subject, t.predicate, t.object) for t in triples)
        body = serialize(quads, format=RdfFormat.N_TRIPLES)
        headers = {"Content-Type": "application/n-triples"}
        self._checked(self.client.put(self.data, params=where, content=body, headers=headers))

    def update(self, text: str) -> None:
        """Carry out an update; raises Refused."""
        self._post(text, "application/sparql-update", "*/*")

    def query(self, text: str) -> Answer:
        """The answer to a query in any form; raises Refused."""
        accept = f"{_JSON}, application/n-triples;q=0.9"
        answer = self._post(text, "application/sparql-query", accept)
        if answer.headers["Content-Type"].startswith(_JSON):
            return parsed_rows(answer.content, QueryResultsFormat.JSON)
        return stored(quad.triple for quad in parse(answer.content, format=RdfFormat.N_TRIPLES))

    def parse(self, text: str) -> None:
        """Have a query answered, whatever the answer; raises Refused."""
        self._post(text, "application/sparql-query", "*/*")

    def query_csv(self, text: str) -> list[tuple[str, ...]]:
        """The rows of a query's answer as CSV; raises Refused."""
        return csv_rows(self._post(text, "application/sparql-query", "text/csv").content)

    def graph(self, name: str | None) -> list[Triple]:
        """The triples of a graph, None for the default one; none where there is no such graph."""
        where = {"default": ""} if name is None else {"graph": name}
        headers = {"Accept": "application/n-triples"}
        answer = self.client.get(self.data, params=where, headers=headers)
        if answer.status_code == 404:
            return []
        quads = parse(self._checked(answer).content, format=RdfFormat.N_TRIPLES)
        return [quad.triple for quad in quads]

    def graphs(self) -> set[str]:
        """The names of the graphs that hold something."""
        rows = self.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
        assert isinstance(rows, list)
        return {row["g"].value for row in rows if isinstance(row, dict)}

    def _post(self, text: str, content_type: str, accept: str) -> httpx.Response:
        headers = {"Content-Type": content_type, "Accept": accept}
        return self._checked(self.client.post(self.sparql, content=text.encode(), headers=headers))

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if not answer.is_success:
            raise Refused(answer.status_code, answer.text[:300])
        return answer
