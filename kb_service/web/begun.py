"""What the server's loop has done of a request already, for the thread that goes on with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from kb_service.access.roles import Caller
from kb_service.store.query_answers import PartialAnswer

KEY = "rengang.begun"
"""Key of the WSGI environment."""


@dataclass
class Begun:
    """A query whose caller was let in, and which may be under way."""

    caller: Caller
    end: Callable[[], None] | None = None
    """What to call when the request has ended; None for callers without limits."""
    answer: PartialAnswer | None = None
    failure: Exception | None = None
    """Why there will be no answer."""

    def take_end(self) -> Callable[[], None] | None:
        """What to call at the end, for whoever will call it."""
        end, self.end = self.end, None
        return end

    def take_answer(self) -> PartialAnswer | None:
        """The answer, for whoever will close it; raises what went wrong with it."""
        if self.failure is not None:
            raise self.failure
        answer, self.answer = self.answer, None
        return answer

    def close(self) -> None:
        """End what nobody took."""
        if self.answer is not None:
            self.answer.close()
        if (end := self.take_end()) is not None:
            end()


def begun() -> Begun | None:
    """What has been done of the current request."""
    found: Begun | None = request.environ.get(KEY)
    return found
