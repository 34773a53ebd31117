"""Who saw whom and who changed what: a trail that is only added to, each entry sealing the last."""

from kb_service.audit.entries import (
    BEGUN,
    GENESIS,
    TRAIL_BROKEN,
    Access,
    Anchor,
    Entry,
    reference,
    without_keys,
)
from kb_service.audit.reading import entries_about, latest_entry
from kb_service.audit.trail import AuditTrail, AuditUnavailable
from kb_service.audit.verification import Fault, FaultKind, Verification, verify

__all__ = [
    "BEGUN",
    "GENESIS",
    "TRAIL_BROKEN",
    "Access",
    "Anchor",
    "AuditTrail",
    "AuditUnavailable",
    "Entry",
    "Fault",
    "FaultKind",
    "Verification",
    "entries_about",
    "latest_entry",
    "reference",
    "verify",
    "without_keys",
]
