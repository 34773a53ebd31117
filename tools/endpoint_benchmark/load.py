"""What is asked of a server: many small queries, one large answer, many small writes."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from tools.endpoint_benchmark.people import PLACE
from tools.endpoint_benchmark.servers import Server

_SMALL_QUERY = "SELECT ?nick WHERE {{ <{place}{number}> <http://xmlns.com/foaf/0.1/nick> ?nick }}"
_SMALL = """
local people = tonumber("{people}")
math.randomseed(7)
request = function()
  local number = math.random(0, people - 1)
  return wrk.format("GET", "{path}?query=" .. "{before}" .. number .. "{after}",
    {{["Accept"] = "application/sparql-results+json"{authorization}}})
end
"""
_WRITE = """
local made = 0
math.randomseed(os.time())
local run = math.random(1, 1000000000)
request = function()
  made = made + 1
  local body = "INSERT DATA {{ GRAPH <http://example.org/made> {{ <http://example.org/made/"
    .. run .. "/" .. made .. "> <http://example.org/p> " .. made .. " }} }}"
  return wrk.format("POST", "{path}", {{["Content-Type"] = "application/sparql-update"}}, body)
end
"""
_ROWS = (
    "SELECT ?person ?nick WHERE {{ ?person <http://xmlns.com/foaf/0.1/nick> ?nick }} LIMIT {rows}"
)


@dataclass(frozen=True)
class Rate:
    """How many requests a second were answered, and the time that 99 of 100 did not exceed."""

    per_second: float
    p99_ms: float
    failed: int


@dataclass(frozen=True)
class Stream:
    """One large answer: seconds to its first byte and to its last, and its size."""

    first: float
    whole: float
    megabytes: float
    held_megabytes: float


def small_queries(server: Server, people: int, clients: int, seconds: int) -> Rate:
    """The same small SELECT about people taken by chance, from so many clients at once."""
    query = quote(_SMALL_QUERY.format(place=PLACE, number="NUMBER"), safe="")
    before, after = query.split("NUMBER")
    path = httpx.URL(server.query).path
    shown = f', ["Authorization"] = "{server.authorization}"' if server.authorization else ""
    script = _SMALL.format(
        people=people, path=path, before=before, after=after, authorization=shown
    )
    return _wrk(server.query, script, clients, seconds)


def writes(server: Server, clients: int, seconds: int) -> Rate:
    """One new triple in each request."""
    script = _WRITE.format(path=httpx.URL(server.update).path)
    return _wrk(server.update, script, clients, seconds)


def large_answer(server: Server, rows: int, media_type: str) -> Stream:
    """A SELECT of so many rows, read as it comes."""
    begin = time.perf_counter()
    first, size, held = 0.0, 0, 0.0
    query = {"query": _ROWS.format(rows=rows)}
    headers = {"Accept": media_type, "Accept-Encoding": "identity"}
    with httpx.stream("GET", server.query, params=query, headers=headers, timeout=300) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            first = first or time.perf_counter() - begin
            size += len(piece)
        whole = time.perf_counter() - begin
        held = server.megabytes()
    return Stream(first, whole, size / 1e6, held)


def _wrk(url: str, script: str, clients: int, seconds: int) -> Rate:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "--threads", "1", "--connections", str(clients), "--latency"]
        command += ["--duration", f"{seconds}s", "--timeout", "30s", "--script", file.name, url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    slowest = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    assert rate is not None
    assert slowest is not None
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}[slowest[2]]
    return Rate(float(rate[1]), float(slowest[1]) * unit, int(failed[1]) if failed else 0)
