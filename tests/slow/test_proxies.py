"""The reverse proxies of docs/operations, run for real in front of the service.

Where nginx or Caddy is not installed its tests are skipped, and the report of pytest says so.
"""

from __future__ import annotations

import getpass
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kb_service.access.database import AccessDatabase
from kb_service.access.roles import Role
from kb_service.access.tokens import Tokens
from kb_service.store.data_folder import DataFolder
from kb_service.web.app import MOST_BYTES
from tests.served import Served, serving, with_people
from tools.configuration_reference import PAGE

OPERATIONS = PAGE.parent / "operations"
NAME = "rengang.example.com"
SLOW = 200
ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_START_SECONDS = 30.0
_ENVIRONMENT = {
    "RENGANG_QUERIES_SECONDS": "60",
    "RENGANG_QUERIES_ROWS": "100000000",
    "RENGANG_QUERIES_BYTES": str(1 << 36),
    "RENGANG_ACCESS_REQUESTS_PER_MINUTE": "100000",
}


@dataclass(frozen=True)
class Answer:
    """What came back through a proxy; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Proxied:
    """A service behind a proxy: where the proxy listens, and a token for an administrator."""

    served: Served
    secure: int
    plain: int
    token: str

    def connection(self) -> http.client.HTTPSConnection:
        """A connection to the proxy, over TLS and for the name that it has."""
        found = http.client.HTTPSConnection(NAME, self.secure, timeout=45, context=trusting())
        found.sock = trusting().wrap_socket(
            socket.create_connection(("127.0.0.1", self.secure), timeout=45), server_hostname=NAME
        )
        return found

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to a GET by an administrator."""
        with closing(self.connection()) as connection:
            connection.request("GET", path, headers=self.headers(**headers))
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())

    def headers(self, **more: str) -> dict[str, str]:
        """What an administrator sends; names of headers are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Host": NAME, "Authorization": f"Bearer {self.token}", **named}


def trusting() -> ssl.SSLContext:
    """TLS with whoever answers: the certificate is our own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the name, and its key."""
    chain, key = folder / "fullchain.pem", folder / "privkey.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    made = [*command, *names, "-keyout", str(key), "-out", str(chain)]
    subprocess.run(made, check=True, capture_output=True)
    return chain, key


def nginx_command(folder: Path, upstream: int, secure: int, plain: int) -> list[str]:
    """How to run the example for nginx, with ports, certificate and upstream of our own."""
    chain, key = certificate(folder)
    text = (OPERATIONS / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"\n *listen \[::\].*", "", text)
    for old, new in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
        "listen 443 ": f"listen 127.0.0.1:{secure} ",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "/etc/ssl/rengang.example.com/fullchain.pem": str(chain),
        "/etc/ssl/rengang.example.com/privkey.pem": str(key),
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "rengang.conf").write_text(text, encoding="utf-8")
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "main.conf"
    main.write_text(
        f"user {getpass.getuser()}; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\n"
        f"http {{ {temporary} include {folder}/rengang.conf; }}\n"
    )
    return ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)]


def caddy_command(folder: Path, upstream: int, secure: int, plain: int) -> list[str]:
    """The same for Caddy, which is given a certificate here instead of fetching one."""
    chain, key = certificate(folder)
    text = (OPERATIONS / "Caddyfile").read_text(encoding="utf-8")
    for old, new in {
        f"\n{NAME} {{": f"\n{NAME} {{\n\tbind 127.0.0.1\n\ttls {chain} {key}",
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    options = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {secure}\n}}\n"
    file = folder / "Caddyfile"
    file.write_text(options + text, encoding="utf-8")
    return ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]


COMMANDS: dict[str, Callable[[Path, int, int, int], list[str]]] = {
    "nginx": nginx_command,
    "caddy": caddy_command,
}


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """A proxy, from when it listens until the block ends."""
    home = {"HOME": str(folder), "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/bin"}
    with (folder / "proxy.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=home)
    try:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        else:
            raise AssertionError((folder / "proxy.log").read_text())
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module", params=list(COMMANDS))
def proxied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    """The service as docs/operations has it, behind the proxy of that name."""
    program: str = request.param
    if shutil.which(program) is None:
        warnings.warn(f"{program} IS NOT INSTALLED: its example stays untried", stacklevel=1)
        pytest.skip(f"{program} is not installed; apt-get install {program}")
    folder = tmp_path_factory.mktemp(program)
    settings = ("--config", str(OPERATIONS / "rengang.toml"))
    with ExitStack() as held:
        served = held.enter_context(serving(folder / "data", *settings, environment=_ENVIRONMENT))
        with_people(served)
        with closing(AccessDatabase(DataFolder.open(served.folder).access)) as database:
            token, _ = Tokens(database).add("administrator", Role.ADMIN)
        secure, plain = free_port(), free_port()
        command = COMMANDS[program](folder, served.port, secure, plain)
        held.enter_context(running(command, folder, secure))
        yield Proxied(served, secure, plain, token)


def test_a_judgement_is_answered_over_tls_with_the_proxys_header(proxied: Proxied) -> None:
    answer = proxied.get("/api/v1/people/p001/fit/customer-service-specialist")

    assert answer.status == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_http_2_is_spoken(proxied: Proxied) -> None:
    context = trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])

    with (
        socket.create_connection(("127.0.0.1", proxied.secure), timeout=30) as connection,
        context.wrap_socket(connection, server_hostname=NAME) as secured,
    ):
        chosen = secured.selected_alpn_protocol()

    assert chosen == "h2"


def test_without_tls_one_is_sent_to_the_secure_address(proxied: Proxied) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", proxied.plain, timeout=30)) as connection:
        connection.request("GET", "/people?limit=1", headers={"Host": NAME})
        answer = connection.getresponse()

    assert answer.status == 308
    assert re.fullmatch(rf"https://{NAME}(:\d+)?/people\?limit=1", answer.headers["Location"])


def test_addresses_are_those_that_the_client_uses_whatever_it_claims(proxied: Proxied) -> None:
    claimed = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "ftp"}

    described = proxied.get("/sparql", Accept="text/turtle", **claimed).body.decode()

    assert f"<https://{NAME}/sparql>" in described
    assert "evil.example" not in described
    assert "ftp:" not in described


def test_nobody_can_claim_another_address(proxied: Proxied) -> None:
    proxied.get("/api/v1/people/p002", X_Forwarded_For="203.0.113.7", Forwarded="for=203.0.113.7")

    trail = "".join(file.read_text() for file in (proxied.served.folder / "audit").glob("*.jsonl"))
    assert '"127.0.0.1"' in trail
    assert "203.0.113.7" not in trail


def test_who_comes_by_the_proxy_is_nobody_at_this_machine(proxied: Proxied) -> None:
    answer = proxied.get("/api/v1/people/p001", Authorization="Bearer rengang_nobody")

    assert answer.status == 401


def test_the_request_has_the_proxys_id(proxied: Proxied) -> None:
    mine = "0af7651916cd43dd8448eb211c80319c"

    told = proxied.get("/healthz", X_Request_ID=mine).headers["x-request-id"]

    assert told != mine
    assert re.fullmatch("[0-9a-f]{32}", told.replace("-", ""))


def test_a_host_that_is_not_ours_is_refused(proxied: Proxied) -> None:
    answer = proxied.get("/healthz", Host="evil.example")

    assert answer.status in (200, 421)
    assert b"alive" not in answer.body


def test_metrics_stay_inside(proxied: Proxied) -> None:
    assert proxied.get("/metrics").status == 404
    assert proxied.served.got("/metrics", {"Authorization": f"Bearer {proxied.token}"})[0] == 200


@pytest.mark.parametrize(("size", "status"), [(MOST_BYTES, 415), (MOST_BYTES + 1, 413)])
def test_a_body_is_as_large_as_the_service_takes(proxied: Proxied, size: int, status: int) -> None:
    headers = proxied.headers(Content_Type="application/x-unknown")
    with closing(proxied.connection()) as connection:
        connection.request("POST", "/api/v1/validate", b"x" * size, headers)
        answer = connection.getresponse()

    assert answer.status == status


def test_an_answer_flows_through_while_its_query_goes_on(proxied: Proxied) -> None:
    address = f"/sparql?{urlencode({'query': ENDLESS})}"
    with closing(proxied.connection()) as connection:
        connection.request("GET", address, headers=proxied.headers(Accept="text/csv"))
        answer = connection.getresponse()
        beginning = answer.read(100_000)
        busy = workers_busy(proxied)

    assert (answer.status, len(beginning)) == (200, 100_000)
    assert busy >= 1


def workers_busy(proxied: Proxied) -> float:
    """How many query workers are at work."""
    headers = {"Authorization": f"Bearer {proxied.token}"}
    _, _, told = proxied.served.got("/metrics", headers)
    [found] = re.findall(rb'rengang_workers{pool="query",state="busy"} ([\d.]+)', told)
    return float(found)


def test_a_client_that_leaves_ends_its_query(proxied: Proxied) -> None:
    address = f"/sparql?{urlencode({'query': ENDLESS})}"
    with closing(proxied.connection()) as connection:
        connection.request("GET", address, headers=proxied.headers(Accept="text/csv"))
        connection.getresponse().read(1000)

    end = time.monotonic() + 30  # half of what the query may take
    while workers_busy(proxied) and time.monotonic() < end:
        time.sleep(0.2)
    assert workers_busy(proxied) == 0


def slow_head(connection: ssl.SSLSocket, token: str, stop: threading.Event) -> None:
    connection.sendall(f"GET /people HTTP/1.1\r\nHost: {NAME}\r\n".encode())
    while not stop.wait(0.5):
        connection.sendall(b"X-A: b\r\n")


def slow_body(connection: ssl.SSLSocket, token: str, stop: threading.Event) -> None:
    connection.sendall(
        f"POST /sparql HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/sparql-query\r\nContent-Length: 1000000\r\n\r\n".encode()
    )
    while not stop.wait(0.5):
        connection.sendall(b"A")


def slow_reader(connection: ssl.SSLSocket, token: str, stop: threading.Event) -> None:
    connection.sendall(
        f"GET /data?default HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: Bearer {token}\r\n"
        "Accept: application/n-triples\r\n\r\n".encode()
    )
    while not stop.wait(0.5):
        connection.recv(1)


@pytest.mark.parametrize("slowness", [slow_head, slow_body, slow_reader])
def test_two_hundred_slow_clients_hold_up_nobody(
    proxied: Proxied, slowness: Callable[[ssl.SSLSocket, str, threading.Event], None]
) -> None:
    stop, begun = threading.Event(), threading.Semaphore(0)

    def behave() -> None:
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", proxied.secure), timeout=30) as connection,
            trusting().wrap_socket(connection, server_hostname=NAME) as secured,
        ):
            begun.release()
            slowness(secured, proxied.token, stop)

    threads = [threading.Thread(target=behave, daemon=True) for _ in range(SLOW)]
    for thread in threads:
        thread.start()
    try:
        for _ in threads:
            assert begun.acquire(timeout=60)
        answered = [proxied.get(path).status for path in ("/healthz", "/people", "/readyz") * 3]
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)

    assert answered == [200] * 9
