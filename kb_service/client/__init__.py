"""A Python client of the service: queries, graphs, questions, judgements and writes.

from kb_service.client import Rengang

rengang = Rengang("http://127.0.0.1:8000", token="rengang_…")
for row in rengang.query("SELECT ?model WHERE { ?model a core:PositionModel }"):
    print(row["model"])
"""

from kb_service.client.problems import (
    Changed,
    NotAllowed,
    NotFound,
    Problem,
    Refused,
    Unavailable,
)
from kb_service.client.rengang import Graph, Rengang
from kb_service.client.values import Iri, Row, Rows, Text, Value

__all__ = [
    "Changed",
    "Graph",
    "Iri",
    "NotAllowed",
    "NotFound",
    "Problem",
    "Refused",
    "Rengang",
    "Row",
    "Rows",
    "Text",
    "Unavailable",
    "Value",
]
