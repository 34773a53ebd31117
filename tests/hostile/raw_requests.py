"""Requests that no client library would send, as bytes on a connection."""

from __future__ import annotations

import gzip

from tests.hostile.attack import Attack, attack

_ASK = b"query=ASK%7B%7D"
_FORM = "Content-Type: application/x-www-form-urlencoded"
_REFUSED_OR_PLAIN = "read as the plain request that it also is"


def _request(line: str, *headers: str, body: bytes = b"", host: str = "127.0.0.1") -> bytes:
    head = [line, f"Host: {host}", "Connection: close", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def _get(path: str, *headers: str) -> bytes:
    return _request(f"GET {path} HTTP/1.1", *headers)


def _post(path: str, *headers: str, body: bytes = b"", length: bool = True) -> bytes:
    counted = (f"Content-Length: {len(body)}",) if length else ()
    return _request(f"POST {path} HTTP/1.1", *headers, *counted, body=body)


def raw_requests() -> list[Attack]:
    """Every attack on the reading of requests."""
    return [*_lines(), *_paths(), *_headers(), *_lengths(), *_bodies()]


def _lines() -> list[Attack]:
    methods = ("TRACE", "CONNECT", "PROPFIND", "DEBUG", "get", "G" * 5000, "DELETE")
    return [
        *(attack(f"method {method[:9]}", _request(f"{method} / HTTP/1.1")) for method in methods),
        attack("version 0.9", b"GET /\r\n\r\n", harmless=_REFUSED_OR_PLAIN),
        attack("version 9", _request("GET / HTTP/9.9"), harmless=_REFUSED_OR_PLAIN),
        attack("version of words", _request("GET / HTTP/x.y")),
        attack("second version", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        attack("no line", b"\r\n\r\n\r\n" + b"\x00" * 5000),
        attack("bytes", bytes(range(256)) * 40 + b"\r\n\r\n"),
        attack(
            "handshake",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500 + b"\r\n\r\n",
        ),
        attack("address of elsewhere", _request("GET http://127.0.0.1:9/x HTTP/1.1")),
        attack("star", _request("GET * HTTP/1.1")),
    ]


def _paths() -> list[Attack]:
    paths = {
        "up": "/static/../../../../etc/passwd",
        "up encoded": "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "up encoded twice": "/static/%252e%252e/%252e%252e/etc/passwd",
        "up with backslashes": "/static/..\\..\\..\\etc\\passwd",
        "nul": "/static/style.css%00.txt",
        "broken percent": "/people/%zz%",
        "half a character": "/people/%ed%a0%80",
        "not utf-8": "/people/%ff%fe",
        "raw bytes": "/people/\xff\xfe",
        "segments": "/people" + "/x" * 20_000,
        "long": "/people/" + "a" * 120_000,
        "long question": "/questions/people?" + "a=1&" * 30_000,
        "id of template": "/people/{{7*7}}",
    }
    elsewhere = {
        "slashes": "/" * 50_000,
        "two slashes": "//evil.example/%2e%2e?lang=zh",
        "root": "/static//etc/passwd",
        "root encoded": "/static/%2fetc%2fpasswd",
        "language": "/?lang=../../x%0d%0aSet-Cookie:%20a=b",
    }
    return [
        *(attack(f"path {name}", _get(path)) for name, path in paths.items()),
        *(
            attack(f"path {n}", _get(p), harmless="leads to a page or a path of this host")
            for n, p in elsewhere.items()
        ),
    ]


def _headers() -> list[Attack]:
    accepts = ", ".join(f"a/b{n};q=0.{n % 10}" for n in range(2000))
    known = "a header that is not understood is left aside"
    plain = {
        "accept": f"Accept: {accepts}",
        "accept quotes": 'Accept: text/html;x="' + "\\" * 5000,
        "accept quality": "Accept: */*;q=99999999999999999999, text/html;q=nan",
        "languages": "Accept-Language: " + ",".join(f"l{n};q=0.1" for n in range(4000)),
        "cookies": "Cookie: " + "; ".join(f"c{n}=x" for n in range(5000)),
        "language cookie": "Cookie: lang=../../zh",
        "ranges": "Range: bytes=" + ",".join("0-" for _ in range(4000)),
        "tags": "If-None-Match: " + ",".join(f'"{n}"' for n in range(5000)),
        "weak tags": "If-None-Match: W/" + '"' * 5000,
        "dates": "If-Modified-Since: " + "9" * 5000,
        "encodings": "Accept-Encoding: " + ",".join(["gzip"] * 5000),
        "forwarded": "X-Forwarded-For: " + ",".join(["127.0.0.1"] * 5000),
        "forwarded host": "X-Forwarded-Host: evil.example",
        "rewritten": "X-Original-URL: /admin",
        "method in a header": "X-HTTP-Method-Override: DELETE",
        "preferences": "Prefer: " + ",".join(["return=minimal"] * 2000),
    }
    return [
        *(attack(f"header {n}", _get("/people", h), harmless=known) for n, h in plain.items()),
        attack("header flood", _get("/", *(f"X-{n}: y" for n in range(20_000))), harmless=known),
        attack("header long", _get("/", "X-Long: " + "x" * 1_000_000)),
        attack("header folded", _get("/", "X-A: b\r\n c\r\n d"), harmless=known),
        attack("header without colon", _get("/", "x" * 3000), harmless=known),
        attack("header with spaces", _get("/", "Content-Length : 5"), harmless=known),
        attack("header with nul", _get("/", "X-A: \x00"), harmless=known),
        attack("authorization long", _get("/people", "Authorization: Bearer " + "x" * 50_000)),
        attack(
            "authorization nested",
            _get("/people", "Authorization: Bearer " + "eyJhbGciOiJub25lIn0." * 500),
        ),
        attack("authorization basic", _get("/people", "Authorization: Basic " + "/" * 3000)),
        attack("authorization bytes", _get("/people", "Authorization: Bearer \xff\xfe")),
        attack("host of others", _request("GET / HTTP/1.1", host="evil.example")),
        attack("host with user", _request("GET / HTTP/1.1", host="a@127.0.0.1:1:2")),
        attack("host unclosed", _request("GET / HTTP/1.1", host="[::1")),
        attack("hosts", _get("/", "Host: evil.example")),
        attack("no host", b"GET /people HTTP/1.1\r\nConnection: close\r\n\r\n", harmless=known),
    ]


def _lengths() -> list[Attack]:
    inner = b"GET /canary HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    chunks = b"5\r\nquery\r\nA\r\n=ASK%7B%7D+\r\n0\r\n\r\n"

    def sparql(*headers: str, body: bytes) -> bytes:
        return _post("/sparql", _FORM, *headers, body=body, length=False)

    one = _REFUSED_OR_PLAIN
    return [
        attack(
            "two lengths",
            sparql("Content-Length: 15", "Content-Length: 0", body=_ASK + inner),
            harmless=one,
        ),
        attack(
            "two equal lengths",
            sparql("Content-Length: 15", "Content-Length: 15", body=_ASK),
            harmless=one,
        ),
        attack("length list", sparql("Content-Length: 15, 15", body=_ASK)),
        attack("length signed", sparql("Content-Length: +15", body=_ASK)),
        attack("length negative", sparql("Content-Length: -1", body=_ASK)),
        attack("length of words", sparql("Content-Length: 0x0f", body=_ASK)),
        attack("length in other digits", sparql("Content-Length: \xb2", body=_ASK)),
        attack("length beyond all", sparql("Content-Length: " + "9" * 30, body=_ASK)),
        attack(
            "length and chunks",
            sparql("Content-Length: 4", "Transfer-Encoding: chunked", body=chunks + inner),
            harmless=one,
        ),
        attack(
            "chunks twice",
            sparql("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=chunks),
            harmless=one,
        ),
        attack("chunks of others", sparql("Transfer-Encoding: xchunked", body=chunks)),
        attack("chunks with space", sparql("Transfer-Encoding : chunked", body=chunks)),
        attack(
            "chunk beyond all",
            sparql("Transfer-Encoding: chunked", body=b"f" * 40 + b"\r\nx\r\n0\r\n\r\n"),
        ),
        attack(
            "chunk negative", sparql("Transfer-Encoding: chunked", body=b"-5\r\nquery\r\n0\r\n\r\n")
        ),
        attack(
            "chunk extension",
            sparql(
                "Transfer-Encoding: chunked",
                body=b"5;" + b"x" * 300_000 + b"\r\nquery\r\n0\r\n\r\n",
            ),
        ),
        attack(
            "chunk trailers",
            sparql("Transfer-Encoding: chunked", body=b"0\r\n" + b"X: y\r\n" * 30_000 + b"\r\n"),
        ),
        attack(
            "get with a body",
            _request("GET /people HTTP/1.1", "Content-Length: 15", body=_ASK),
            harmless=one,
        ),
        attack("no length", sparql(body=_ASK)),
    ]


def _bodies() -> list[Attack]:
    bomb = gzip.compress(b" " * 50_000_000)
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nx\r\n'
    multipart = "Content-Type: multipart/form-data; boundary=b"
    coding = ("utf-7", "utf-16", "rot13", "zlib", "idna", "unicode_escape", "x" * 5000, '"')
    return [
        *(
            attack(
                f"charset {name[:14]}",
                _request(
                    "PUT /api/v1/people/h001 HTTP/1.1",
                    f"Content-Type: application/json; charset={name}",
                    "Content-Length: 2",
                    body=b"[]",
                ),
            )
            for name in coding
        ),
        attack(
            "compressed bomb",
            _post(
                "/api/v1/what-if",
                "Content-Type: application/json",
                "Content-Encoding: gzip",
                body=bomb,
            ),
        ),
        attack(
            "compressed query",
            _post(
                "/sparql",
                "Content-Type: application/sparql-query",
                "Content-Encoding: gzip",
                body=bomb,
            ),
        ),
        attack("form fields", _post("/sparql", _FORM, body=b"a=1&" * 100_000)),
        attack("form percent", _post("/sparql", _FORM, body=b"query=%ff%fe%zz")),
        attack("form twice", _post("/sparql", _FORM, body=_ASK + b"&" + _ASK)),
        attack("form both", _post("/sparql", _FORM, body=_ASK + b"&update=DROP+ALL")),
        attack("update in the address", _get("/sparql?update=DROP+ALL")),
        attack(
            "parts", _post("/api/v1/import", multipart, body=part % b"x.csv" * 20_000 + b"--b--")
        ),
        attack(
            "part headers",
            _post("/api/v1/import", multipart, body=b"--b\r\n" + b"X: y\r\n" * 50_000 + b"\r\n"),
        ),
        attack(
            "part without end",
            _post("/api/v1/import", multipart, body=b"--b\r\n" + b"\r\n--" * 50_000),
        ),
        attack(
            "part of a path",
            _post("/api/v1/import", multipart, body=part % b"../../../etc/passwd" + b"--b--"),
        ),
        attack(
            "part with nul",
            _post("/api/v1/import", multipart, body=part % b"x\x00.xlsx" + b"--b--"),
        ),
        attack(
            "boundary long",
            _post(
                "/api/v1/import",
                f"Content-Type: multipart/form-data; boundary={'b' * 5000}",
                body=b"--b--",
            ),
        ),
        attack(
            "boundary missing", _post("/import", "Content-Type: multipart/form-data", body=b"--b--")
        ),
        attack(
            "type long", _post("/api/v1/validate", f"Content-Type: text/{'x' * 8000}", body=b"x")
        ),
        attack(
            "type parameters",
            _post(
                "/api/v1/validate",
                "Content-Type: text/turtle" + ";a=b" * 5000,
                body=b"<urn:s> <urn:p> 1 .",
            ),
            harmless="Turtle with parameters that say nothing",
        ),
        attack(
            "type of lines",
            _post("/api/v1/validate", "Content-Type: text/turtle\r\n x: y", body=b"x"),
        ),
        attack(
            "origin of others",
            _post(
                "/api/v1/what-if",
                "Origin: http://evil.example",
                "Content-Type: application/json",
                body=b"{}",
            ),
        ),
        attack(
            "site of others",
            _post(
                "/api/v1/what-if",
                "Sec-Fetch-Site: cross-site",
                "Content-Type: application/json",
                body=b"{}",
            ),
        ),
    ]
