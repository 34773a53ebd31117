"""Numbers that many clients count up at the same time, over HTTP, come out exactly."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from kb_service.vocabulary import iri
from tests.served import Served, serving, with_people

COUNT = "https://example.org/count"
CLIENTS = 8
UPDATE = {"Content-Type": "application/sparql-update"}
ROWS = {"Accept": "application/sparql-results+json"}


def update(served: Served, text: str) -> None:
    """Carry out an update; one that is told to come again does."""
    while True:
        status, answer = served.send("POST", "/sparql", text, UPDATE)
        if status != 503:
            assert status == 204, answer
            return
        time.sleep(0.1)


def count_up(served: Served, text: str, each: int) -> None:
    """Carry out an update so many times by each of the clients."""

    def client(_: int) -> None:
        for _ in range(each):
            update(served, text)

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(client, range(CLIENTS)))


def values(served: Served, query: str) -> list[dict[str, str]]:
    """The rows of a SELECT."""
    status, answer = served.send("GET", f"/sparql?query={quote(query)}", headers=ROWS)
    assert status == 200, answer
    rows = json.loads(answer)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def test_in_plain_mode_no_increment_is_lost(tmp_path: Path) -> None:
    each = 500
    with serving(tmp_path / "data", "--plain") as served:
        update(served, f"INSERT DATA {{ <{COUNT}> <{COUNT}> 0 }}")

        count_up(
            served,
            f"DELETE {{ <{COUNT}> <{COUNT}> ?now }} INSERT {{ <{COUNT}> <{COUNT}> ?next }} "
            f"WHERE {{ <{COUNT}> <{COUNT}> ?now BIND (?now + 1 AS ?next) }}",
            each,
        )

        found = values(served, f"SELECT ?now {{ <{COUNT}> <{COUNT}> ?now }}")
    assert found == [{"now": str(CLIENTS * each)}]


def test_in_the_service_no_increment_of_a_rating_is_lost(tmp_path: Path) -> None:
    value = iri("people", "value")
    with serving(tmp_path / "data") as served:
        with_people(served)
        (row,) = values(served, f"SELECT ?rating {{ ?rating {value} 5.5 }}")
        rating = f"<{row['rating']}>"

        count_up(
            served,
            f"DELETE {{ {rating} {value} ?now }} INSERT {{ {rating} {value} ?next }} "
            f"WHERE {{ {rating} {value} ?now BIND (?now + 0.1 AS ?next) }}",
            each=5,
        )

        found = values(served, f"SELECT ?now {{ {rating} {value} ?now }}")
    assert found == [{"now": "9.5"}]
