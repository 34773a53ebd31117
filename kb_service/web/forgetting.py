"""Where the service keeps what may mention people, besides store and register."""

from __future__ import annotations

from typing import cast

from flask import current_app

from kb_service.access.erasure import Forget
from kb_service.audit import AuditTrail
from kb_service.store.answered_requests import AnsweredRequests
from kb_service.store.data_folder import DataFolder
from kb_service.web.auditing import EXTENSION as AUDIT
from kb_service.web.idempotency import answered_requests


def elsewhere() -> list[Forget]:
    """What removes mentions of erased people from there, for the running service."""
    trail = cast(AuditTrail, current_app.extensions[AUDIT])
    return [trail.forget_texts, answered_requests().forget_mentions]


def elsewhere_in(folder: DataFolder) -> list[Forget]:
    """The same for the data folder of a service that does not run."""
    found: list[Forget] = [AuditTrail(folder.audit).forget_texts]
    if folder.requests.exists():
        found.append(AnsweredRequests(folder.requests).forget_mentions)
    return found
