"""What a restored folder says of people beside its store: no more than the store has, and nobody erased."""

from __future__ import annotations

from contextlib import closing, suppress

from kb_service.access.erasure import strings_of
from kb_service.register import IdTaken, Register
from kb_service.store.erasures import digest_of
from kb_service.store.restoring import Unfinished


def agree_on_people(unfinished: Unfinished) -> None:
    """Make register and audit trail agree with the restored store.

    Whoever was removed since the backup has no name in the newest register and gets back the one
    from then. Whoever is not in the store has none, and of those erased nothing at all is left. What
    people said of things that are not in the store goes when the folder is opened to write.
    """
    from kb_service.web.forgetting import elsewhere_in

    with closing(Register.open(unfinished.data.register)) as register:
        _take_names_back(unfinished, register)
        gone = [entry.key for entry in register.all() if entry.key not in unfinished.people]
        erased = [key for key in gone if digest_of(key) in unfinished.erased]
        strings = strings_of(register, erased)
        if strings:
            for forget in elsewhere_in(unfinished.data):
                forget(strings)
        register.forget_all(gone)
        register.turned_back()


def _take_names_back(unfinished: Unfinished, register: Register) -> None:
    if unfinished.register_then is None:
        return
    with closing(Register.open(unfinished.register_then, read_only=True)) as then:
        known = {entry.key for entry in register.all()}
        for entry in then.all():
            if entry.key not in known:
                with suppress(IdTaken):  # somebody else has this id by now
                    register.replace([entry])
                    register.note_words(then.words_of(entry.key))
