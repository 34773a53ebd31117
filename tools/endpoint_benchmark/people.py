"""Many plain triples about invented people, in one file and one store."""

from __future__ import annotations

import random
from pathlib import Path

from pyoxigraph import RdfFormat, Store

PLACE = "http://example.org/person/"
TRIPLES_EACH = 5


def write_people(path: Path, people: int) -> None:
    """Write five triples about each person as N-Triples."""
    chance = random.Random(20)
    with path.open("w", encoding="ascii") as file:
        for number in range(people):
            person = f"<{PLACE}{number}>"
            file.write(
                f"{person} <http://xmlns.com/foaf/0.1/nick> "
                f'"person {number}" .\n'
                f"{person} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                "<http://xmlns.com/foaf/0.1/Person> .\n"
                f"{person} <http://xmlns.com/foaf/0.1/knows> "
                f"<{PLACE}{chance.randrange(people)}> .\n"
                f"{person} <http://www.w3.org/ns/org#memberOf> "
                f"<http://example.org/team/{number % 1000}> .\n"
                f"{person} <http://example.org/rating> "
                f'"{chance.randrange(10)}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
            )


def load(path: Path, store: Path) -> None:
    """Load the file into a store on disk, as both servers that keep one read it."""
    opened = Store(store)
    opened.bulk_load(path=path, format=RdfFormat.N_TRIPLES)
    opened.flush()
