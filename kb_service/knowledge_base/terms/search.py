"""Terms found by what people call them, in either language."""

from __future__ import annotations

from collections.abc import Iterable

from kb_service.knowledge_base.terms.book import Term, TermBook

MOST = 50


def search(book: TermBook, words: str, most: int = MOST) -> list[Term]:
    """The terms in which every word occurs, best first: by label, name, definition, notes.

    Case does not count. Chinese is written without spaces, so a word there may be any part of a
    text. Nothing is found for no words.
    """
    wanted = words.casefold().split()
    if not wanted:
        return []
    ranked = [
        (rank, len(term.name), term.name, term)
        for term in book.terms.values()
        if (rank := _rank(term, wanted)) is not None
    ]
    return [term for *_, term in sorted(ranked, key=lambda each: each[:3])[:most]]


def _rank(term: Term, wanted: list[str]) -> int | None:
    """How far down a term belongs; None when a word of those wanted is nowhere in it."""
    labels = [text.casefold() for text in term.texts.label.values()]
    together = " ".join(wanted)
    if together in labels or together == term.name.casefold():
        return 0
    for rank, texts in enumerate(_texts(term), start=1):
        if all(any(word in text for text in texts) for word in wanted):
            return rank
    return None


def _texts(term: Term) -> Iterable[list[str]]:
    """The texts of a term from the most telling on, each time with those before."""
    texts = term.texts
    found: list[str] = []
    for more in (
        [*texts.label.values()],
        [*texts.alternatives.values(), term.name, term.iri],
        [*texts.definition.values(), *(each.label for each in term.alignments)],
        [*texts.scope_note.values(), *texts.example.values(), *texts.note.values()],
    ):
        found += [text.casefold() for text in more]
        yield found
