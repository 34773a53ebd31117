"""What has to hold while a service is attacked, and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.hostile.limits import SECONDS_OF_A_GOOD_CLIENT
from tests.hostile.runner import GoodClient, Memory, Outcome, good_client, watched_memory
from tests.hostile.service import Attacked

MOST_OF_ONE = 1536 * 2**20
MOST_TOGETHER = 4096 * 2**20


@dataclass(frozen=True)
class Report:
    """What came of an attack."""

    outcomes: list[Outcome]
    good: GoodClient
    memory: Memory
    touched: list[str]

    def faults(self) -> list[str]:
        """Everything that is not as it should be."""
        found = [fault for each in self.outcomes if (fault := each.fault())]
        found += [f"a good client was answered {fault}" for fault in self.good.faults]
        if self.good.worst > SECONDS_OF_A_GOOD_CLIENT:
            found.append(f"a good client waited for {self.good.worst:.1f} s")
        found += [f"the canary was touched: {visit}" for visit in self.touched]
        for most, held in (
            (MOST_OF_ONE, self.memory.of_one),
            (MOST_TOGETHER, self.memory.together),
        ):
            if held > most:
                found.append(f"{held / 2**20:.0f} MiB are more than {most / 2**20:.0f}")
        return found

    def summary(self) -> str:
        """What was seen, in a line."""
        asked = len(self.good.seconds)
        return (
            f"{len(self.outcomes)} attacks; {asked} good requests, worst {self.good.worst:.2f} s; "
            f"{self.memory.together / 2**20:.0f} MiB together at most"
        )


def attack_with(attacked: Attacked, send: Callable[[], list[Outcome]]) -> Report:
    """What came of sending attacks while a good client asks and everything is watched."""
    with (
        good_client(attacked.served, attacked.good) as good,
        watched_memory(attacked.served) as memory,
    ):
        outcomes = send()
    return Report(outcomes, good, memory, attacked.watch.touched)
