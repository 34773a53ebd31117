"""Words of our ontology that nobody declared: most of them are typing mistakes."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pyoxigraph import NamedNode, Triple
from rdflib import Graph, URIRef

from kb_service.findings import Finding
from kb_service.validation.text import LONGEST_NAME, LONGEST_VALUE, shown
from kb_service.vocabulary import BASE, NAMESPACES, A, local_id, shorten

_OURS = BASE + "ontology/"
_MOST = 50
_LIKENESS = 0.85
_WRITTEN = tuple(namespace for namespace in NAMESPACES.values() if namespace.startswith(BASE))


def unknown_words(data: Iterable[Triple], known: Graph) -> list[Finding]:
    """A violation for each undeclared class or property of ours, with the word meant if any.

    `known` declares a word by saying anything about it.
    """
    used: dict[NamedNode, Triple] = {}
    for triple in data:
        for word in _words(triple):
            if _is_ours(word):
                used.setdefault(word, triple)
    unknown = [word for word in used if (URIRef(word.value), None, None) not in known]
    return [_unknown(word, used[word], known) for word in unknown[:_MOST]]


def _is_ours(word: NamedNode) -> bool:
    return word.value.startswith(_OURS) and "#" in word.value


def _words(triple: Triple) -> list[NamedNode]:
    classes = [triple.object] if triple.predicate == A else []
    return [triple.predicate, *(one for one in classes if isinstance(one, NamedNode))]


def _unknown(word: NamedNode, triple: Triple, known: Graph) -> Finding:
    written = shown(shorten(word))
    meant = _meant(word, known)
    return _about(
        triple,
        word,
        f"本体里没有“{written}”这个词"
        + (f"；是否想写 {meant}？" if meant else "；请改用已有的词。"),
        f"The ontology has no word {written}"
        + (f"; did you mean {meant}?" if meant else "; use one of its own."),
        written,
    )


def misspelled_namespaces(data: Iterable[Triple]) -> list[Finding]:
    """A violation for each namespace that is nearly one of ours: no shape would look at its words."""
    used: dict[str, tuple[NamedNode, Triple]] = {}
    for triple in data:
        for word in _words(triple):
            if not _is_ours(word):
                used.setdefault(_namespace(word), (word, triple))
    known = set(NAMESPACES.values())
    found: list[Finding] = []
    for namespace, (word, triple) in used.items():
        if namespace in known:
            continue
        close = get_close_matches(namespace[:LONGEST_VALUE], _WRITTEN, n=1, cutoff=_LIKENESS)
        if close:
            found.append(_misspelled(namespace, close[0], word, triple))
    return found[:_MOST]


def _misspelled(namespace: str, meant: str, word: NamedNode, triple: Triple) -> Finding:
    written = shown(namespace)
    return _about(
        triple,
        word,
        f"命名空间 <{written}> 写错了，其中的词没有人认得；请改为 <{meant}>。",
        f"The namespace <{written}> is misspelled, so nothing in it is understood; write <{meant}>.",
        shown(word.value),
    )


def _about(triple: Triple, word: NamedNode, zh: str, en: str, value: str) -> Finding:
    subject, path = triple.subject, word if word == triple.predicate else A
    return Finding(
        "violation",
        {"zh": zh, "en": en},
        focus=shown(subject.value, LONGEST_NAME) if isinstance(subject, NamedNode) else "",
        path=path.value,
        value=value,
    )


def _namespace(word: NamedNode) -> str:
    return word.value[: max(word.value.rfind("#"), word.value.rfind("/")) + 1]


def _meant(word: NamedNode, known: Graph) -> str:
    ours = {
        str(subject).rsplit("#", 1)[-1]: NamedNode(subject)
        for subject in set(known.subjects())
        if isinstance(subject, URIRef) and subject.startswith(_OURS) and "#" in subject
    }
    close = get_close_matches(local_id(word)[:80], ours, n=1, cutoff=0.7)
    return shorten(ours[close[0]]) if close else ""
