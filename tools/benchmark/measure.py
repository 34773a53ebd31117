"""One measurement in this process, as JSON: `python -m tools.benchmark.measure NAME SIZE MEMORY`."""

from __future__ import annotations

import json
import sys

from tools.benchmark.plan import MEASUREMENTS
from tools.benchmark.runs import limit_memory


def main() -> None:
    """Print the figures of the measurement that the arguments name."""
    name, size, memory_mb = sys.argv[1:]
    limit_memory(int(memory_mb))
    print(json.dumps(MEASUREMENTS[name](int(size))))


if __name__ == "__main__":
    main()
