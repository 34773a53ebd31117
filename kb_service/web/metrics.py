"""Counts and durations for Prometheus: nothing in them names or numbers a person."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from kb_service.audit import AuditTrail
from kb_service.configuration import Configuration
from kb_service.knowledge_base.durations import Durations, Work
from kb_service.store import KnowledgeStore
from kb_service.web.observing import Observation
from kb_service.workers import PoolCounts, WorkerPool

EXTENSION = "metrics"
metrics = Blueprint("metrics", __name__)

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LONG_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
_TOO_MANY = 429
_MOST_AT_HAND = 4096


class ServiceMetrics:
    """What is counted of one app, in a registry of its own."""

    def __init__(
        self,
        store: KnowledgeStore,
        trail: AuditTrail,
        pools: Mapping[str, WorkerPool],
        durations: Durations,
    ) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "rengang_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "rengang_request_seconds",
            "How long requests took until their answer was handed over.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._at_hand: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._bytes = Counter("rengang_response_bytes", "Bytes of answers.", registry=self.registry)
        self._limited = Counter(
            "rengang_rate_limited",
            "Requests refused because their caller asked too much.",
            registry=self.registry,
        )
        self._work = {
            Work.DERIVATION: self._long_work(
                "rengang_derivation_seconds",
                "How long changes took with all that was concluded again, until they were on disk.",
            ),
            Work.CHECK: self._long_work(
                "rengang_check_seconds",
                "How long the shapes took to check a document or a batch of people.",
            ),
        }
        durations.listen(lambda work, seconds: self._work[work].observe(seconds))
        ProcessCollector(registry=self.registry)
        self.registry.register(_Parts(store, trail, pools))

    def _long_work(self, name: str, documentation: str) -> Histogram:
        return Histogram(name, documentation, buckets=_LONG_SECONDS, registry=self.registry)

    def note(self, observation: Observation) -> None:
        """Count a request that has ended."""
        labels = observation.method, observation.route, observation.status
        requests, seconds = self._at_hand.get(labels) or self._labelled(*labels)
        requests.inc()
        seconds.observe(observation.seconds)
        self._bytes.inc(observation.bytes)
        if observation.status == _TOO_MANY:
            self._limited.inc()

    def _labelled(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """What counts such requests, kept at hand: to look it up takes longer than to count."""
        route_told = route or "none"
        found = (
            self._requests.labels(method, route_told, str(status)),
            self._seconds.labels(method, route_told),
        )
        if len(self._at_hand) < _MOST_AT_HAND:
            self._at_hand[method, route, status] = found
        return found

    def told(self) -> bytes:
        """Everything, in the text format of Prometheus."""
        return generate_latest(self.registry)


class _Parts(Collector):
    """What the parts of the service say of themselves whenever somebody asks."""

    def __init__(
        self, store: KnowledgeStore, trail: AuditTrail, pools: Mapping[str, WorkerPool]
    ) -> None:
        self._store = store
        self._trail = trail
        self._pools = pools

    def collect(self) -> Iterator[Metric]:
        """The state of workers, store and trail, and what is running."""
        yield from _of_pools({name: pool.counts() for name, pool in self._pools.items()})
        yield from _of_store(self._store)
        entries = CounterMetricFamily(
            "rengang_audit_entries", "Entries added to the audit trail by this process."
        )
        entries.add_metric((), self._trail.appended)
        yield entries
        build = InfoMetricFamily("rengang_build", "What is running.")
        build.add_metric(
            (),
            {
                "version": version("rengang"),
                "python": platform.python_version(),
                "pyoxigraph": version("pyoxigraph"),
            },
        )
        yield build


def _of_pools(pools: Mapping[str, PoolCounts]) -> Iterator[Metric]:
    workers = GaugeMetricFamily(
        "rengang_workers", "Worker processes by what they do.", labels=("pool", "state")
    )
    waiting = GaugeMetricFamily(
        "rengang_workers_awaited", "Requests that wait for a worker.", labels=("pool",)
    )
    lost = CounterMetricFamily(
        "rengang_workers_lost",
        "Worker processes that died, or were stopped at a limit.",
        labels=("pool", "reason"),
    )
    for name, counts in pools.items():
        workers.add_metric((name, "busy"), counts.busy)
        workers.add_metric((name, "idle"), counts.idle)
        workers.add_metric((name, "starting"), counts.starting)
        waiting.add_metric((name,), counts.waiting)
        for reason in ("died", "stopped", "set_back"):
            lost.add_metric((name, reason), counts.lost.get(reason, 0))
    yield from (workers, waiting, lost)


def _of_store(store: KnowledgeStore) -> Iterator[Metric]:
    commits = CounterMetricFamily("rengang_store_commits", "Commits since the service was started.")
    commits.add_metric((), store.generation)
    size = GaugeMetricFamily("rengang_store_bytes", "How large the files of the store are.")
    size.add_metric((), _bytes_below(store.data.store))
    states = GaugeMetricFamily(
        "rengang_store_state", "1 for the state that the store is in.", labels=("state",)
    )
    states.add_metric((store.state.code,), 1)
    yield from (commits, size, states)
    if (quads := store.quads_counted) is not None:
        triples = GaugeMetricFamily(
            "rengang_store_triples", "Triples in all graphs; told once they have been counted."
        )
        triples.add_metric((), quads)
        yield triples
    if store.apart is not None and (last := store.apart.inspections.last) is not None:
        inspected = GaugeMetricFamily(
            "rengang_store_inspected_timestamp_seconds",
            "When every file of the store was last read and found to be well.",
        )
        inspected.add_metric((), last)
        yield inspected


def _bytes_below(folder: Path) -> int:
    """The size of the files in a folder, some of which may be gone by now."""
    total = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def register_metrics(app: Flask, found: ServiceMetrics) -> None:
    """Answer /metrics to administrators, and to the program that shows the metrics' own token.

    Register it before callers are asked who they are: that token is known here only.
    """
    app.extensions[EXTENSION] = found
    app.register_blueprint(metrics)
    app.before_request(_to_collector)


def _to_collector() -> Response | None:
    """The metrics, where somebody shows their token; None leaves the request to what follows."""
    if request.endpoint != "metrics.all_metrics":
        return None
    configuration: Configuration = current_app.config["RENGANG"]
    expected = configuration.metrics.token
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    is_theirs = scheme.lower() == "bearer" and secrets.compare_digest(
        shown.strip().encode(), expected.encode()
    )
    return all_metrics() if expected and is_theirs else None


@metrics.get("/metrics")
def all_metrics() -> Response:
    """What was counted, in the text format of Prometheus."""
    found = cast(ServiceMetrics, current_app.extensions[EXTENSION])
    return Response(found.told(), content_type=CONTENT_TYPE_LATEST)
