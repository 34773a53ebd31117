"""A worker that sends its answer in pieces, as a test asks it to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pieces:
    """How many pieces of how many bytes to send, and what to do after each of them."""

    count: int
    size: int = 10
    pause: float = 0.0
    ends_by: str = ""
    """The message of an error to raise in place of an answer."""


def start() -> Callable[[Pieces, Callable[[object], None]], int]:
    """The handler; its answer is the id of its process."""

    def handle(asked: Pieces, emit: Callable[[object], None]) -> int:
        for number in range(asked.count):
            emit(bytes([number % 256]) * asked.size)
            time.sleep(asked.pause)
        if asked.ends_by:
            raise ValueError(asked.ends_by)
        return os.getpid()

    return handle
