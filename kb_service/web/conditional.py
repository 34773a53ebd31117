"""Conditional requests: an answer is named by the state that it comes from, and sent once."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import cast

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import ETags

from kb_service.access.roles import Caller
from kb_service.configuration import Configuration
from kb_service.web.auditing import EXTENSION as AUDIT
from kb_service.web.auditing import note_everybody, note_people, notes
from kb_service.web.callers import known_caller
from kb_service.web.dataset import current_dataset
from kb_service.web.service import configuration
from kb_service.web.signing_in import is_of_session

EXTENSION = "validators"
CONDITIONAL = frozenset(
    {
        "api.candidates",
        "api.explain",
        "api.fit",
        "api.fits",
        "api.list_of_questions",
        "api.people",
        "api.person",
        "api.position_model",
        "api.position_models",
        "api.question",
        "api.training_plan",
        "performance.history",
        "performance.of_person",
        "performance.of_team",
        "performance.plan",
        "performance.plans",
        "person_pages.standings_document",
        "term_list.every_term",
    }
)
"""Endpoints whose answers follow from the store, the register, the day and who asks, alone.

Pages are not among them: a browser that others use too keeps nothing of what they show.
"""
_MOST_REMEMBERED = 4096


@dataclass(frozen=True)
class Touched:
    """Whom an answer showed something of, so that the audit hears of it each time."""

    people: frozenset[str]
    everybody: bool


class _Validators:
    """The tags of answers that were given lately, and whom each of them touched."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Touched] = OrderedDict()
        self._named: tuple[Configuration, str] | None = None

    def remember(self, tag: str, touched: Touched) -> None:
        with self._lock:
            self._known[tag] = touched
            self._known.move_to_end(tag)
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)

    def recall(self, tag: str) -> Touched | None:
        with self._lock:
            return self._known.get(tag)

    def name_of(self, configuration: Configuration) -> str:
        """A name for a configuration, kept while it stays: to hash it takes long."""
        named = self._named
        if named is None or named[0] is not configuration:
            named = self._named = (configuration, str(hash(configuration)))
        return named[1]


def register_conditional(app: Flask) -> None:
    """Answer 304 where the client has the answer already, before any work is done for it.

    Register it after whatever decides who may ask.
    """
    app.before_request(_known_already)
    app.after_request(_tagged)


def state_at_first() -> str:
    """The state as it was when this request first asked for it."""
    if "stored_state" not in g:
        g.stored_state = stored_state()
    return cast(str, g.stored_state)


def stored_state() -> str:
    """A name for everything that is stored as of now: another one after each change of it."""
    store = current_dataset().store
    return f"{store.tag},{_changed_at(store.data.register)}"


def state_tag() -> str:
    """A name for what this request is answered from: the state, who asks, and what they ask for.

    Take it before anything is read: a commit meanwhile then costs a comparison, never a stale
    answer.
    """
    return tag_of(
        state_at_first(),
        known_caller(),
        request.path,
        request.query_string.decode("latin-1"),
        request.headers.get("Accept", ""),
        request.headers.get("Accept-Language", ""),
        request.cookies.get("lang", ""),
    )


def tag_of(state: str, who: Caller | None, *asked: str) -> str:
    """A name for the answer that a caller gets from a state, for what the request says in words."""
    return Tags(state, who).of(*asked)


class Tags:
    """Names the answers that a caller gets from a state, each by what the request says in words."""

    def __init__(self, state: str, who: Caller | None, *asked: str) -> None:
        """What is `asked` here comes before what is asked in each."""
        named = _validators().name_of(configuration())
        self._begun = hashlib.sha256()
        for part in (state, date.today().isoformat(), named, _who(who), *asked):
            self._begun.update(part.encode("utf-8", "replace") + b"\0")

    def of(self, *asked: str) -> str:
        """The name of one of them."""
        whole = self._begun.copy()
        whole.update("\0".join(asked).encode("utf-8", "replace"))
        return whole.hexdigest()[:32]


def not_modified(tag: str) -> Response | None:
    """The answer 304 where the client names this tag and the audit can be told of whom it tells."""
    if request.method not in {"GET", "HEAD"} or tag not in tags_in(request.if_none_match):
        return None
    touched = _validators().recall(tag)
    if touched is None:
        return None
    if touched.people:
        note_people(touched.people)
    if touched.everybody:
        note_everybody()
    response = Response(status=304)
    _mark(response, tag)
    return response


def with_tag(response: Response, tag: str) -> Response:
    """The answer, named by a tag that compares weakly: encodings and row order are left open."""
    remember_tag(tag, _touched())
    _mark(response, tag)
    return response


def remember_tag(tag: str, touched: Touched) -> None:
    """Know whom the answer with this tag tells of when a client has it already."""
    _validators().remember(tag, touched)


def vary_by_caller(response: Response) -> None:
    """Tell caches which headers of the request the answer follows from, beside its encoding."""
    response.vary.update(("Accept", "Authorization", "Cookie"))


def is_audited() -> bool:
    """Whether there is anybody here whom an answer could tell something of."""
    return AUDIT in current_app.extensions


def _touched() -> Touched:
    if not is_audited():
        return Touched(frozenset(), everybody=False)
    known = notes()
    return Touched(frozenset(known.persons), known.everybody is not None)


def _mark(response: Response, tag: str) -> None:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-store" if is_of_session() else "private, no-cache"
    vary_by_caller(response)


def _known_already() -> Response | None:
    if request.endpoint not in CONDITIONAL or request.method not in {"GET", "HEAD"}:
        return None
    g.state_tag = state_tag()
    return not_modified(g.state_tag)


def _tagged(response: Response) -> Response:
    tag: str | None = g.pop("state_tag", None)
    if tag is not None and response.status_code == 200:
        with_tag(response, tag)
        response.vary.add("Accept-Language")
    return response


def tags_in(header: ETags) -> set[str]:
    """The tags, weak ones too, without what compression adds to them; empty ones name nothing."""
    tags = header.as_set(include_weak=True)
    return {tag.partition(":")[0] for tag in tags if tag}


def _who(caller: Caller | None) -> str:
    if caller is None:
        return ""
    return "\0".join((caller.name, caller.role, caller.person, caller.team))


def _changed_at(database: Path) -> str:
    """When a database was last written, its write-ahead log included."""
    file, log = _files(database)
    found = _written(file)
    # To ask first is cheaper than to be told by an exception: hardly ever there is a log.
    if os.access(log, os.F_OK) and (in_log := _written(log)):
        return f"{found},{in_log}" if found else in_log
    return found


@lru_cache(maxsize=16)
def _files(database: Path) -> tuple[Path, Path]:
    return database, Path(f"{database}-wal")


def _written(file: Path) -> str:
    try:
        known = file.stat()
    except FileNotFoundError:
        return ""
    return f"{known.st_mtime_ns}-{known.st_size}"


def _validators() -> _Validators:
    return cast(_Validators, current_app.extensions.setdefault(EXTENSION, _Validators()))
