"""The service that is attacked: started for real, watched, with a token for every role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb_service.access.roles import Role
from tests.hostile.canaries import Watch, watching
from tests.hostile.limits import QUERY_SECONDS
from tests.hostile.runner import Who
from tests.served import Served, serving, token_for, with_people

_ENVIRONMENT = {
    "RENGANG_QUERIES_SECONDS": str(QUERY_SECONDS),
    "RENGANG_QUERIES_MEMORY_MB": "256",
    "RENGANG_ACCESS_REQUESTS_PER_MINUTE": "1000000",
    "RENGANG_ACCESS_FAILURES_PER_MINUTE": "1000000",
    "RENGANG_LOGS_LEVEL": "warning",
    "RENGANG_SERVER_STOP_SECONDS": "5",
}
"""A short deadline, so that what never ends is over soon; no limit that would refuse the attacks
before they get anywhere; and nobody waits at the end for a request that was never finished."""
_MARKED = {Role.SELF: {"person": "p001"}, Role.TEAM_LEAD: {"team": "hotline-1"}}


@dataclass(frozen=True)
class Attacked:
    """The service, the watch over it, who attacks it, and who asks it well-behaved questions."""

    served: Served
    watch: Watch
    callers: Sequence[Who]
    good: Who


@contextmanager
def attacked_service(folder: Path) -> Iterator[Attacked]:
    """A service with people in it, to be attacked in every role."""
    with (
        watching(folder) as (watch, environment),
        serving(folder / "data", environment={**_ENVIRONMENT, **environment}) as served,
    ):
        with_people(served)
        callers = [_caller(served, role, role.value) for role in Role]
        watch.begin()
        yield Attacked(served, watch, callers, _caller(served, Role.HR, "good"))


def _caller(served: Served, role: Role, name: str) -> Who:
    """Somebody with a new token for a role."""
    token = token_for(served, role, name=name, **_MARKED.get(role, {}))
    return Who(role.value, {"Authorization": f"Bearer {token}"})
