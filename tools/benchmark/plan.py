"""What is measured, at which sizes and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.benchmark.appraisals import APPRAISALS
from tools.benchmark.changes import CHANGES
from tools.benchmark.derivation import DERIVATIONS, SAMPLED
from tools.benchmark.peers import ENGINES
from tools.benchmark.runs import Bounds, Measurement
from tools.benchmark.swrl import SWRL

MEASUREMENTS: Mapping[str, Measurement] = {
    **DERIVATIONS,
    **ENGINES,
    **SWRL,
    **CHANGES,
    **APPRAISALS,
}
"""Every measurement by its name; a size is always a number of people."""


@dataclass(frozen=True)
class Plan:
    """The sizes of each measurement, and what each may take."""

    derivations: Mapping[str, tuple[int, ...]]
    engines: Mapping[str, tuple[int, ...]]
    swrl: tuple[int, ...]
    loaded: tuple[int, ...]
    appraised: tuple[int, ...]
    compared_at: int
    bounds: Bounds
    bounds_when_loaded: Bounds
    bounds_when_appraised: Bounds

    @property
    def sampled(self) -> int:
        """How many people a sample stands for."""
        return self.derivations[SAMPLED][0]

    def bounds_of(self, measurement: str) -> Bounds:
        """What a measurement may take: more where a store has to be filled first."""
        if measurement in APPRAISALS:
            return self.bounds_when_appraised
        return self.bounds_when_loaded if measurement in CHANGES else self.bounds


FULL = Plan(
    derivations={
        "everything, one core": (1_000,),
        "everything, all cores": (1_000,),
        "kept, one core": (1_000, 10_000),
        "kept, all cores": (1_000, 10_000),
        SAMPLED: (100_000,),
    },
    engines={
        "rdflib": (1, 2),
        "rdflib, patterns ordered": (4, 16, 32),
        "oxrdflib": (10, 50, 100),
        "pySHACL": (1, 2),
        "pySHACL, patterns ordered": (4, 16, 32),
    },
    swrl=(1, 10, 100),
    loaded=(10_000, 100_000),
    appraised=(1_000, 10_000),
    compared_at=1_000,
    bounds=Bounds(seconds=900, memory_mb=4_000),
    bounds_when_loaded=Bounds(seconds=5_400, memory_mb=8_000),
    bounds_when_appraised=Bounds(seconds=14_400, memory_mb=8_000),
)
SMALL = Plan(
    derivations=dict.fromkeys(DERIVATIONS, (100,)),
    engines={
        "rdflib": (1,),
        "rdflib, patterns ordered": (1, 2),
        "oxrdflib": (1, 2),
        "pySHACL": (1,),
        "pySHACL, patterns ordered": (1, 2),
    },
    swrl=(1, 2),
    loaded=(500, 1_000),
    appraised=(50,),
    compared_at=100,
    bounds=Bounds(seconds=300, memory_mb=4_000),
    bounds_when_loaded=Bounds(seconds=600, memory_mb=4_000),
    bounds_when_appraised=Bounds(seconds=600, memory_mb=4_000),
)
"""To see within minutes that everything runs; its figures mean little."""
