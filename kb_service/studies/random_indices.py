"""Random indices: how inconsistent pairwise judgements made at random are, by published table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb_service.studies.results import Reason, Statistic, known, unknown


@dataclass(frozen=True)
class RandomIndexTable:
    """A published table: the mean consistency index of random matrices of order 1, 2, 3 …"""

    name: str
    source: str
    values: tuple[float, ...]

    def of_order(self, order: int) -> Statistic:
        """The random index for matrices of this order, or that the table ends before it."""
        if order <= len(self.values):
            return known(self.values[order - 1])
        return unknown(
            Reason(
                "order-beyond-random-index",
                f"随机一致性指标表“{self.name}”只到 {len(self.values)} 阶，而这里比较了 {order} 项；"
                "请先分组再分层比较，或换一张更长的表。",
                f"The random index table {self.name} ends at order {len(self.values)}, and {order} "
                "items are compared here. Compare them in groups on two levels, or name a longer "
                "table.",
            )
        )


SAATY_1980 = RandomIndexTable(
    "saaty-1980",
    "T. L. Saaty: The Analytic Hierarchy Process. McGraw-Hill, 1980",
    (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49),
)
SAATY_2004 = RandomIndexTable(
    "saaty-2004",
    "T. L. Saaty: Decision making - the analytic hierarchy and network processes (AHP/ANP). "
    "Journal of Systems Science and Systems Engineering 13 (2004), 1-35",
    (0.0, 0.0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49),
)
RANDOM_INDEX_TABLES: Mapping[str, RandomIndexTable] = {
    table.name: table for table in (SAATY_1980, SAATY_2004)
}
"""The tables by the names that a study may ask for."""
