"""Whether a store takes writes, and if not, why, in words for whoever can do something about it."""

from __future__ import annotations

import errno
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True)
class StoreState:
    """A word for programs, and a sentence in Chinese and in English."""

    code: str
    zh: str
    en: str

    @property
    def takes_writes(self) -> bool:
        """Whether a write can be made now."""
        return self.code == "ok"

    def at(self, place: str) -> StoreState:
        """The same, with where it happened or what the system said."""
        return replace(self, zh=f"{self.zh}（{place}）", en=f"{self.en} ({place})")


OK: Final = StoreState("ok", "可读可写。", "It can be read and written.")
DISK_FULL: Final = StoreState(
    "disk-full",
    "磁盘已满，现在只能读取。请腾出空间，之后会自动恢复写入。",
    "The disk is full, so nothing can be written. Make room; writing goes on by itself then.",
)
NO_PERMISSION: Final = StoreState(
    "no-permission",
    "没有数据文件夹的写入权限，现在只能读取。请恢复权限，之后会自动恢复写入。",
    "The data folder may not be written. Give the permission back; writing goes on by itself then.",
)
READ_ONLY_DISK: Final = StoreState(
    "read-only-disk",
    "磁盘以只读方式挂载，现在只能读取。请重新挂载为可写，之后会自动恢复写入。",
    "The disk is mounted read-only. Mount it for writing; writing goes on by itself then.",
)
WRITE_FAILED: Final = StoreState(
    "write-failed",
    "写入磁盘失败，现在只能读取。请检查磁盘，之后会自动恢复写入。",
    "The disk failed to write. Check it; writing goes on by itself when it works again.",
)
DAMAGED: Final = StoreState(
    "damaged",
    "数据文件已损坏，请停止服务，运行 rengang verify 查看，再用 rengang restore 从备份恢复。",
    "A data file is damaged. Stop the service, look with rengang verify, and restore a backup with"
    " rengang restore.",
)
OPENED_READ_ONLY: Final = StoreState(
    "opened-read-only", "以只读方式打开。", "The store was opened read-only."
)
QUESTION_STOPPED: Final = StoreState(
    "question-stopped",
    "这个问题耗用的时间或内存超出限度，已停止。如果再次发生，请运行 rengang verify 检查数据文件。",
    "This question took more time or memory than a question may take and was stopped. If it happens"
    " again, look for damaged files with rengang verify.",
)
QUESTIONS_WAIT: Final = StoreState(
    "questions-wait",
    "正在回答的问题太多，请稍后再试。",
    "Too many questions are being answered; try again in a moment.",
)

_BY_NUMBER = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EROFS: READ_ONLY_DISK,
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
}
_BY_TEXT = {
    "Corruption": DAMAGED,
    "No space left on device": DISK_FULL,
    "Disk quota exceeded": DISK_FULL,
    "File too large": DISK_FULL,
    "Read-only file system": READ_ONLY_DISK,
    "Permission denied": NO_PERMISSION,
    "Operation not permitted": NO_PERMISSION,
}


def is_damage(error: Exception) -> bool:
    """Whether a file was found not to hold what was written into it.

    The engine begins with the word. Further on it may quote the query, which anybody can write.
    """
    return str(error).startswith("Corruption") and isinstance(error, OSError | RuntimeError)


def state_after(error: Exception) -> StoreState:
    """The state of a store that failed so; the engine gives its reason as text only."""
    if isinstance(error, OSError) and error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    text = str(error)
    found = next((state for reason, state in _BY_TEXT.items() if reason in text), WRITE_FAILED)
    return found.at(text) if found in (DAMAGED, WRITE_FAILED) else found


class StoreUnavailable(RuntimeError):
    """What was asked of the store cannot be done in its state; the message is in English."""

    def __init__(self, state: StoreState) -> None:
        super().__init__(state.en)
        self.state = state


class StoreReadOnly(StoreUnavailable):
    """Nothing can be written now, and nothing of this write was; reading goes on."""


class StoreDamaged(StoreUnavailable):
    """A file does not hold what was written into it, so that no answer can be trusted."""


class QuestionStopped(StoreUnavailable):
    """A question of ours was not answered; of the store itself nothing is known to be wrong."""


class DamageMet(RuntimeError):
    """A process that reads the files met one that is damaged; says what the engine says of it."""
