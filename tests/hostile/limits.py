"""How long an answer may take: what configured deadlines and the waiting times of pools come to."""

from __future__ import annotations

QUERY_SECONDS = 2.0
"""The deadline of a query and of an update in the service that is attacked."""
_WAIT_BEYOND_DEADLINE = 5.0
_GRACE = 2.0
_BESIDE_THE_POOLS = 20.0
"""For what happens outside of workers, and for starting those anew that were killed, where two
processors are shared by the service, eight attackers and a good client."""

ONE_QUERY = QUERY_SECONDS + _WAIT_BEYOND_DEADLINE + QUERY_SECONDS + _GRACE
"""Waiting for a worker, which is the deadline of those before and some more, and then one's own."""
SECONDS_OF_A_QUERY = 2 * ONE_QUERY + _BESIDE_THE_POOLS
"""Twice, since a query that takes long is set back once for callers who ask little."""
SECONDS_OF_A_DOCUMENT = 60.0 + 60.0 + _BESIDE_THE_POOLS
"""The wait for the one process that checks documents, and its deadline; nothing else takes longer.

Reading and checking could each come to that, one after the other, and are not known to."""

TRIES = 3
"""How often a good client asks that is told 503: whether a worker is there depends on how fast those
that were killed are started anew, which on two busy processors takes seconds."""
RETRY_SECONDS = 5.0
"""What Retry-After tells it to wait."""
SECONDS_OF_A_GOOD_CLIENT = SECONDS_OF_A_QUERY + (TRIES - 1) * RETRY_SECONDS
"""All of its tries together: who is told 503 has not waited for long."""
