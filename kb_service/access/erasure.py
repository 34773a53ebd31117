"""People erased: nothing that was held of them is left in the data folder, nor comes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from kb_service.access.actors import actor
from kb_service.access.refusals import require
from kb_service.access.view import View
from kb_service.knowledge_base.history import because
from kb_service.knowledge_base.objections import GROUNDS
from kb_service.register import Register
from kb_service.store.disk import write_whole
from kb_service.store.erasures import digest_of, erased_digests, remember

Forget = Callable[[Collection[str]], object]
"""Removes what mentions one of these strings from some other place in the data folder."""

_UNFINISHED = "erasing.json"


def erase(view: View, people: Sequence[str], also: Iterable[Forget] = ()) -> None:
    """Erase people: facts, conclusions, history, names, and every file's strings of them.

    `also` are the places beside store and register that may mention them. `finish` makes up for a
    power cut in the middle. Raises NotAllowed, and UnknownThingError before anybody is erased.
    """
    require(view.caller, "writes_people")
    with view.register.writing:
        keys = list(dict.fromkeys(view.key_of(person) for person in people))
        _begin(view, keys)
        _carry_out(view, keys, also)


def replace_rater_codes(view: View, codes: Sequence[str], also: Iterable[Forget] = ()) -> int:
    """Call raters by other codes, so that theirs lead to nobody; answers how many people they rated.

    What they said stays. `also` are the places beside the store that may mention them. A backup from
    before and the journal have the codes. Raises NotAllowed, and UnknownThingError for a code by
    which nobody was rated; those before it are replaced then.
    """
    require(view.caller, "writes_people")
    with view.register.writing:
        rated = sum(view.knowledge_base.replace_rater_code(code) for code in dict.fromkeys(codes))
        for forget in also:
            forget(codes)
        view.knowledge_base.store.rebuild()
    return rated


def finish(view: View, also: Iterable[Forget] = ()) -> int:
    """Erase whoever should be and is still there; answers how many people those were.

    Somebody is when a power cut came in between, or when a backup from before was restored.
    """
    data, mark = view.knowledge_base.store.data, _mark(view)
    with view.register.writing:
        unfinished = set(json.loads(mark.read_bytes())) if mark.exists() else set()
        digests = unfinished | erased_digests(data.erased)
        known = {entry.key for entry in view.register.all()} if digests else set()
        known |= set(view.knowledge_base.people_ids()) if digests else set()
        keys = sorted(key for key in known if digest_of(key) in digests)
        if keys or mark.exists():
            _carry_out(view, keys, also)
        return len(keys)


def _begin(view: View, keys: Iterable[str]) -> None:
    """Remember for good that these people are erased, and that it is yet to be done."""
    folder = view.knowledge_base.store.data.path
    mark = _mark(view)
    unfinished = set(json.loads(mark.read_bytes())) if mark.exists() else set()
    for key in keys:
        remember(folder, key)
        unfinished.add(digest_of(key))
    write_whole(mark, json.dumps(sorted(unfinished)).encode())


def _carry_out(view: View, keys: Sequence[str], also: Iterable[Forget]) -> None:
    """Remove people everywhere, the register last of what could still tell who they are."""
    base, register = view.knowledge_base, view.register
    strings = strings_of(register, keys)
    for forget in also:
        forget(strings)
    with because(actor(view.caller)):
        base.forget_people(keys)
    register.forget_all(keys)
    base.store.rebuild()
    _mark(view).unlink(missing_ok=True)


def strings_of(register: Register, keys: Sequence[str]) -> list[str]:
    """What would tell of these people wherever it stood, their own words among it.

    Others' words on them, such as "mistyped", are those of many.
    """
    found = dict.fromkeys(keys)
    for key, entry in register.entries(keys).items():
        found |= dict.fromkeys([entry.id, entry.name, *entry.contact.values()])
        for correction in register.corrections_of(key):
            earlier = (*correction.before.values(), *correction.after.values())
            found |= dict.fromkeys(str(value) for value in earlier if value)
    for key in keys:
        said = register.words_of(key)
        found |= dict.fromkeys(each.text for each in said if each.property == GROUNDS.value)
    return list(found)


def _mark(view: View) -> Path:
    """The file that names, by digests, who is yet to be erased."""
    return view.knowledge_base.store.data.path / _UNFINISHED
