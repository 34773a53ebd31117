"""How long the running service takes to validate one position model.

    python -m tools.benchmark.validation

Shapes and shared knowledge are loaded; each model that ships is checked a number of times, as it is and
with a fault whose line has to be found.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_files import knowledge_root

TIMES = 20


def main() -> None:
    """Print a table of milliseconds: median and worst."""
    models = sorted((knowledge_root() / "ontology" / "models").glob("*.ttl"))
    with TemporaryDirectory() as folder:
        base = KnowledgeBase.open(Path(folder) / "data")
        try:
            print("| model | sound | worst | with a fault | worst |\n|---|--:|--:|--:|--:|")
            base.check_document(models[0].read_bytes(), "text/turtle")
            for path in models:
                text = path.read_bytes()
                broken = text.replace(b"core:tier tier:main", b"core:tier tier:mian", 1)
                cells = [*_milliseconds(base, text), *_milliseconds(base, broken)]
                print(f"| {path.stem} | " + " | ".join(f"{cell:.0f}" for cell in cells) + " |")
        finally:
            base.close()


def _milliseconds(base: KnowledgeBase, text: bytes) -> tuple[float, float]:
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        base.check_document(text, "text/turtle")
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken), max(taken)


if __name__ == "__main__":
    main()
