"""Everything that whoever runs the service may choose, with what holds when they say nothing.

A field is a setting: its type and the constraint beside it are checked wherever it is read from,
and the text below it is its documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from kb_service.configuration.constraints import AtStart, Between, Contradiction, OneOf, Secret


@dataclass(frozen=True)
class ServerSettings:
    """Where the service listens, and how it treats connections."""

    host: Annotated[str, AtStart()] = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Between(0, 65535), AtStart()] = 8000
    """The port to listen on; 0 takes a free one."""
    names: tuple[str, ...] = ()
    """The host names to answer for, others get 421. Without any: on loopback those of this
    machine, elsewhere all."""
    threads: Annotated[int, Between(2, 256), AtStart()] = 8
    """How many requests are worked on at once."""
    connections: Annotated[int, Between(10, 100_000), AtStart()] = 1000
    """How many clients may be connected at once, slow ones among them."""
    idle_seconds: Annotated[int, Between(1, 3600), AtStart()] = 60
    """After how long without a byte a connection is closed."""
    stop_seconds: Annotated[float, Between(0, 3600)] = 30.0
    """How long requests that are being answered may go on once the service is told to stop."""
    trusted_proxy: Annotated[str, AtStart()] = ""
    """The address of the reverse proxy whose X-Forwarded headers count; without one nobody's do."""
    trusted_proxy_count: Annotated[int, Between(1, 10), AtStart()] = 1
    """How many proxies add to X-Forwarded-For one after another before a request arrives here."""

    def contradictions(self) -> Iterator[Contradiction]:
        """A proxy that is no address."""
        if self.trusted_proxy and not _is_address(self.trusted_proxy):
            yield Contradiction(
                "trusted_proxy",
                "应为反向代理的 IP 地址，例如 127.0.0.1。",
                "Give the IP address of the reverse proxy, for example 127.0.0.1.",
            )


@dataclass(frozen=True)
class QueryLimits:
    """What one query or update may take."""

    seconds: Annotated[float, Between(0.1, 3600), AtStart()] = 10.0
    """How long it may run before it is stopped."""
    memory_mb: Annotated[int, Between(64, 1_048_576), AtStart()] = 512
    """How much memory the process that runs it may use."""
    rows: Annotated[int, Between(1, 100_000_000)] = 200_000
    """How many rows or triples an answer may have."""
    bytes: Annotated[int, Between(1024, 1 << 40)] = 64 * 1024 * 1024
    """How many bytes an answer may have."""
    workers: Annotated[int, Between(1, 256), AtStart()] = 2
    """How many run at once, each in a process of its own; one more is kept for callers who ask
    little."""


@dataclass(frozen=True)
class SheetLimits:
    """What reading one spreadsheet may take."""

    seconds: Annotated[float, Between(1, 3600), AtStart()] = 20.0
    """How long it may take before it is stopped."""
    memory_mb: Annotated[int, Between(256, 1_048_576), AtStart()] = 1024
    """How much memory the process that reads it may use."""
    workers: Annotated[int, Between(1, 256), AtStart()] = 2
    """How many are read at once, each in a process of its own."""


@dataclass(frozen=True)
class ModelLimits:
    """What reading one position model may take, whatever it is written as."""

    seconds: Annotated[float, Between(1, 3600), AtStart()] = 30.0
    """How long it may take before it is stopped."""
    memory_mb: Annotated[int, Between(256, 1_048_576), AtStart()] = 1024
    """How much memory the process that reads it may use."""
    workers: Annotated[int, Between(1, 256), AtStart()] = 1
    """How many are read at once, each in a process of its own."""
    waiting: Annotated[int, Between(0, 10_000), AtStart()] = 4
    """How many more may wait for their turn; whoever comes then is told to come again."""
    wait_seconds: Annotated[float, Between(1, 3600), AtStart()] = 60.0
    """How long one may wait for its turn."""


@dataclass(frozen=True)
class JournalSettings:
    """How far the journal goes back, from which every moment since a backup can be restored."""

    days: Annotated[int, Between(0, 3650), AtStart()] = 7
    """For how many days writes stay in it once a backup has them."""
    megabytes: Annotated[int, Between(64, 1_048_576), AtStart()] = 1024
    """How large it may become while no backup is made; the oldest writes go then."""


@dataclass(frozen=True)
class AccessSettings:
    """Who is let in, beside the tokens in the data folder, and how much each may ask."""

    requests_per_minute: Annotated[int, Between(1, 1_000_000)] = 600
    """How many requests one caller may make in a minute."""
    concurrent_requests: Annotated[int, Between(1, 10_000)] = 8
    """How many requests of one caller are worked on at once."""
    failures_per_minute: Annotated[int, Between(1, 1_000_000)] = 20
    """How many wrong tokens one address may show in a minute."""
    session_hours: Annotated[int, Between(1, 720)] = 12
    """How long somebody who has signed in at a browser stays signed in."""
    least_people_counted: Annotated[int, Between(1, 1_000_000)] = 5
    """Counts over fewer people are withheld from roles that may not see people."""
    oidc_issuer: str = ""
    """The issuer (`iss`) whose OpenID Connect tokens are taken; none are without one."""
    oidc_audience: str = ""
    """The audience (`aud`) that such a token must be for."""
    oidc_keys: Path | None = None
    """A JSON Web Key Set on disk; keys are never fetched."""
    oidc_leeway_seconds: Annotated[int, Between(0, 300)] = 30
    """How far the clock of the issuer may be off."""
    oidc_role_claim: str = "rengang_role"
    """The claim that holds the role."""
    oidc_person_claim: str = "rengang_person"
    """The claim that holds the id of the person, for the role self."""
    oidc_team_claim: str = "rengang_team"
    """The claim that holds the id of the team, for the role team-lead."""

    def contradictions(self) -> Iterator[Contradiction]:
        """OpenID Connect settings of which some are missing."""
        if not (self.oidc_issuer or self.oidc_audience or self.oidc_keys):
            return
        for name in ("oidc_issuer", "oidc_audience", "oidc_keys"):
            if not getattr(self, name):
                yield Contradiction(
                    name,
                    "使用 OpenID Connect 须同时设置 oidc_issuer、oidc_audience 和 oidc_keys。",
                    "OpenID Connect needs all of oidc_issuer, oidc_audience and oidc_keys.",
                )
        if self.oidc_keys is not None and not self.oidc_keys.is_file():
            yield Contradiction(
                "oidc_keys",
                f"没有文件 {self.oidc_keys}；请存入身份提供方的 JSON Web Key Set。",
                f"There is no file {self.oidc_keys}; save your provider's JSON Web Key Set there.",
            )


@dataclass(frozen=True)
class LogSettings:
    """What the service writes about its requests; no personal data either way."""

    format: Annotated[str, OneOf(("json", "text"))] = "json"
    """One JSON object on each line, or a line to be read by people."""
    level: Annotated[str, OneOf(("debug", "info", "warning", "error"))] = "info"
    """The least severity that is written; requests are `info`."""
    file: Path | None = None
    """The file to write to in place of stderr; opened again on SIGHUP."""


@dataclass(frozen=True)
class MetricsSettings:
    """Who may read /metrics beside administrators."""

    token: Annotated[str, Secret(24)] = ""
    """The bearer token of the program that collects the metrics; it opens nothing else."""


@dataclass(frozen=True)
class Configuration:
    """Everything that whoever runs the service may choose."""

    server: ServerSettings = field(default_factory=ServerSettings)
    queries: QueryLimits = field(default_factory=QueryLimits)
    sheets: SheetLimits = field(default_factory=SheetLimits)
    models: ModelLimits = field(default_factory=ModelLimits)
    journal: JournalSettings = field(default_factory=JournalSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    logs: LogSettings = field(default_factory=LogSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    cors_origins: tuple[str, ...] = ()
    """Origins whose web pages may read answers in a browser; `*` is every origin."""

    def contradictions(self) -> Iterator[Contradiction]:
        """An origin that no browser would send, or one beside `*`."""
        for origin in self.cors_origins:
            if origin != "*" and not _is_origin(origin):
                yield Contradiction(
                    "cors_origins",
                    f"「{origin}」不是来源；写成 https://hr.example.com，结尾不带 /。",
                    f"{origin!r} is no origin; write https://hr.example.com, without a / at the "
                    "end.",
                )
        if "*" in self.cors_origins and len(self.cors_origins) > 1:
            yield Contradiction(
                "cors_origins",
                "「*」已包括所有来源，请只写「*」，或只列出来源。",
                "* is every origin already; write it alone, or list the origins without it.",
            )


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and f"{parts.scheme}://{parts.netloc}" == text
            and parts.port != 0
        )
    except ValueError:
        return False
