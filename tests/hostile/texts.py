"""JSON bodies and the texts of addresses: ids, IRIs, numbers, words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.hostile.attack import Attack, attack, reaching, wrapped

JSON = "application/json"


def json_bodies() -> list[Attack]:
    """JSON that no reader should take, whatever it is for."""
    texts: dict[str, str | bytes] = {
        "deep arrays": wrapped("[", "", "]", 50_000),
        "deep objects": wrapped('{"a":', "1", "}", 50_000),
        "deep ratings": '{"ratings":' + wrapped("[", "", "]", 900) + "}",
        "unclosed": '{"ratings":[' * 30_000,
        "huge number": '{"ratings": {"patience": ' + "9" * 100_000 + "}}",
        "huge fraction": '{"ratings": {"patience": 0.' + "1" * 100_000 + "}}",
        "huge exponent": '{"ratings": {"patience": 1e999999999999}}',
        "small exponent": '{"ratings": {"patience": 1e-99999999}}',
        "not a number": '{"ratings": {"patience": NaN, "service": Infinity}}',
        "half a character": '{"name": "\\ud800"}',
        "raw half a character": b'{"name": "\xed\xa0\x80"}',
        "nul": '{"name": "\\u0000"}',
        "twice": '{"name": "a", "name": "b"}',
        "many fields": "{" + ",".join(f'"f{n}":1' for n in range(50_000)) + "}",
        "many faults": '{"ratings": {' + ",".join(f'"d{n}":1' for n in range(20_000)) + "}}",
        "many positions": '{"candidateFor": [' + ",".join('"x"' for _ in range(50_000)) + "]}",
        "long name": '{"name": "' + "x" * 1_000_000 + '"}',
        "list": "[]",
        "null": "null",
        "text": '"x"',
        "nothing": "",
        "bytes": b"\xff\xfe\x00\x01",
        "utf-16": '{"name": "x"}'.encode("utf-16"),
        "marks": "\ufeff\ufeff{}",
        "prototype": '{"__proto__": {"x": 1}, "constructor": 1, "__class__": "x"}',
        "wrong kinds": '{"name": {}, "team": [], "post": 1, "candidateFor": "x", "date": 1}',
    }
    return [attack(f"json {name}", text, JSON) for name, text in texts.items()]


def suppositions() -> list[Attack]:
    """What-if bodies that ask for more than can be, or carry a document."""
    every = {"for": "everyone"}
    bodies: dict[str, Mapping[str, Any]] = {
        "everything of everyone": {**every, "ratings": {"patience": 1e300}},
        "negative weight": {
            **every,
            "requirements": {"team-leader": {"patience": {"weight": -1e9}}},
        },
        "policy beyond bounds": {**every, "policy": {"default-ability-main": 1e308}},
        "policy by path": {**every, "policy": {"../../x": 1}},
        "models in thousands": {**every, "models": ["x"] * 20_000, "ratings": {"patience": 1}},
        "day before days": {**every, "asOf": "0000-00-00", "ratings": {"patience": 1}},
        "person by iri": {"for": {"person": "x> ?p ?o } DROP ALL #"}, "ratings": {"patience": 1}},
        "team of nobody": {"for": {"team": "\u202e"}, "ratings": {"patience": 1}},
        "model of no kind": {**every, "model": "x", "modelType": "application/x-python-pickle"},
        "model by address": {**every, "model": "http://127.0.0.1/", "modelType": "text/turtle"},
    }
    return [attack(f"supposed {name}", json.dumps(body), JSON) for name, body in bodies.items()]


def supposition(document: bytes, media_type: str) -> bytes:
    """The body that supposes a document to be a position model."""
    text = document.decode("utf-8", "replace")
    body = {"for": {"person": "p001"}, "model": text, "modelType": media_type}
    return json.dumps(body).encode()


def words() -> list[Attack]:
    """Texts for every place in an address that takes one."""
    texts = {
        "query in disguise": "x> ?p ?o } DROP ALL #",
        "quote": "'\"`;--",
        "path": "../../../../../../etc/passwd",
        "encoded path": "..%2f..%2f..%2fetc%2fpasswd",
        "nul": "a\x00b",
        "lines": "a\r\nSet-Cookie: x=1\r\n\r\n<script>",
        "markup": "<script>alert(1)</script>{{7*7}}${7*7}",
        "half a character": "%ED%A0%80",
        "directions": "\u202e\u2066\ufeff",
        "long": "a" * 30_000,
        "iri": "http://127.0.0.1:1/x",
        "file": "file:///etc/passwd",
        "other digits": "١٢٣",
        "huge number": "9" * 5000,
        "not a number": "nan",
        "infinity": "inf",
        "negative": "-1",
        "exponent": "1e308",
        "class": "http://www.w3.org/2000/01/rdf-schema#Resource",
        "everything": "*",
    }
    return [
        *(attack(f"word {name}", text) for name, text in texts.items()),
        reaching("word canary", lambda canary: canary.address),
        reaching("word canary file", lambda canary: canary.file_iri),
    ]
