"""Data folders that hold the shipped knowledge alone, made once in a run of the tests."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from kb_service.knowledge_base import KnowledgeBase


def shipped(folder: Path) -> Path:
    """The folder, new or empty, with what opening a knowledge base in it would have stored.

    Copying takes a fraction of a second; checking and concluding the knowledge takes several.
    """
    made = Path(os.environ["RENGANG_CACHE"]).with_name("shipped")
    made.parent.mkdir(parents=True, exist_ok=True)
    with made.with_name("shipped.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = made.with_name("shipped-unfinished")
            KnowledgeBase.open(unfinished).close()
            unfinished.rename(made)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    return folder
