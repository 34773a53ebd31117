"""API tokens: what they look like, what is kept of them, and the command that gives them out."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kb_service.access.database import AccessDatabase
from kb_service.access.roles import Caller, Role
from kb_service.access.sessions import Sessions
from kb_service.access.token_text import PREFIX, digest_of, is_token, new_token
from kb_service.access.tokens import DEFAULT_LIFE, BadName, NameTaken, Tokens
from kb_service.cli.main import main

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> AccessDatabase:
    return AccessDatabase(tmp_path / "access.sqlite")


@pytest.fixture
def tokens(database: AccessDatabase, clock: Clock) -> Tokens:
    return Tokens(database, clock)


def test_tokens_carry_a_prefix_and_are_never_the_same() -> None:
    made = {new_token() for _ in range(100)}

    assert len(made) == 100
    assert all(token.startswith(PREFIX) and is_token(token) for token in made)


@given(st.integers(0, 57), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_mistyped_token_is_told_by_its_checksum(place: int, letter: str) -> None:
    token = new_token()
    letters = list(token.removeprefix(PREFIX))
    letters[place] = letter
    mistyped = PREFIX + "".join(letters)

    assert is_token(mistyped) == (mistyped == token)


@given(st.text())
def test_no_other_text_is_a_token(text: str) -> None:
    assert not is_token(text)
    assert not is_token(PREFIX + text)


def test_a_token_that_was_given_out_is_known_again(tokens: Tokens) -> None:
    text, made = tokens.add("payroll", Role.TEAM_LEAD, team="north")

    known = tokens.known(text)

    assert known is not None
    assert known.caller == Caller("token:payroll", Role.TEAM_LEAD, team="north")
    assert known.expires == made.expires == NOON + DEFAULT_LIFE


def test_another_token_is_not_known(tokens: Tokens) -> None:
    tokens.add("payroll", Role.HR)

    assert tokens.known(new_token()) is None


def test_a_token_is_good_until_the_moment_it_expires(tokens: Tokens, clock: Clock) -> None:
    text, _ = tokens.add("payroll", Role.HR, expires=NOON + timedelta(hours=1))

    clock.moment = NOON + timedelta(minutes=59, seconds=59)
    assert tokens.known(text) is not None
    clock.moment = NOON + timedelta(hours=1)
    assert tokens.known(text) is None


def test_a_revoked_token_is_worthless_at_once_and_for_everyone(
    tokens: Tokens, tmp_path: Path
) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    beside = Tokens(AccessDatabase(tmp_path / "access.sqlite"), Clock())
    assert beside.known(text) is not None
    assert tokens.known(text) is not None

    assert tokens.revoke("payroll")

    assert beside.known(text) is None
    assert tokens.known(text) is None


def test_revoking_what_was_never_given_out_says_so(tokens: Tokens) -> None:
    assert not tokens.revoke("payroll")


def test_the_name_of_a_revoked_token_is_not_used_again(tokens: Tokens) -> None:
    tokens.add("payroll", Role.HR)
    tokens.revoke("payroll")

    with pytest.raises(NameTaken):
        tokens.add("payroll", Role.MODEL_READER)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "a\n", "x" * 65])
def test_a_name_that_would_confuse_the_audit_is_refused(tokens: Tokens, name: str) -> None:
    with pytest.raises(BadName):
        tokens.add(name, Role.HR)


def test_the_end_of_the_last_token_does_not_open_the_door(tokens: Tokens, clock: Clock) -> None:
    assert not tokens.any_given_out()

    tokens.add("payroll", Role.HR)
    tokens.revoke("payroll")
    clock.moment = NOON + timedelta(days=1000)

    assert tokens.any_given_out()


def test_nothing_that_opens_anything_is_on_disk(
    tokens: Tokens, database: AccessDatabase, clock: Clock, tmp_path: Path
) -> None:
    text, made = tokens.add("payroll", Role.HR)
    session = Sessions(database, tokens, clock).open(made, timedelta(hours=1))

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert digest_of(text) in kept
    assert digest_of(session) in kept
    assert text.encode() not in kept
    assert text.removeprefix(PREFIX).encode() not in kept
    assert session.encode() not in kept


def test_only_the_owner_may_read_the_file_even_when_it_was_open_before(
    tokens: Tokens, tmp_path: Path
) -> None:
    path = tmp_path / "access.sqlite"
    path.touch(0o644)

    tokens.add("payroll", Role.HR)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_looking_for_a_token_makes_no_file(tokens: Tokens, tmp_path: Path) -> None:
    assert tokens.known(new_token()) is None
    assert not tokens.any_given_out()
    assert list(tmp_path.iterdir()) == []


def test_the_day_of_the_last_use_is_remembered_and_no_more(tokens: Tokens, clock: Clock) -> None:
    text, _ = tokens.add("payroll", Role.HR)
    (before,) = tokens.all()

    tokens.known(text)
    clock.moment = NOON + timedelta(days=1, hours=3)
    tokens.known(text)
    (after,) = tokens.all()

    assert before.last_used is None
    assert after.last_used == date(2026, 6, 2)


def test_a_session_lasts_no_longer_than_it_may(
    tokens: Tokens, database: AccessDatabase, clock: Clock
) -> None:
    sessions = Sessions(database, tokens, clock)
    _, token = tokens.add("payroll", Role.HR)
    session = sessions.open(token, timedelta(hours=12))
    assert sessions.known(session) is not None

    clock.moment = NOON + timedelta(hours=12)

    assert sessions.known(session) is None


def test_a_session_ends_with_its_token(
    tokens: Tokens, database: AccessDatabase, clock: Clock
) -> None:
    sessions = Sessions(database, tokens, clock)
    _, token = tokens.add("payroll", Role.HR, expires=NOON + timedelta(hours=1))
    session = sessions.open(token, timedelta(hours=12))

    clock.moment = NOON + timedelta(hours=1)

    assert sessions.known(session) is None


def test_revoking_a_token_ends_its_sessions_and_no_others(
    tokens: Tokens, database: AccessDatabase, clock: Clock
) -> None:
    sessions = Sessions(database, tokens, clock)
    ours = sessions.open(tokens.add("payroll", Role.HR)[1], timedelta(hours=1))
    other = sessions.open(tokens.add("portal", Role.HR)[1], timedelta(hours=1))

    tokens.revoke("payroll")

    assert sessions.known(ours) is None
    assert sessions.known(other) is not None


def test_signing_out_ends_one_session(
    tokens: Tokens, database: AccessDatabase, clock: Clock
) -> None:
    sessions = Sessions(database, tokens, clock)
    _, token = tokens.add("payroll", Role.HR)
    here, there = (sessions.open(token, timedelta(hours=1)) for _ in range(2))

    sessions.end(here)

    assert sessions.known(here) is None
    assert sessions.known(there) is not None


def run(folder: Path, *arguments: str) -> Result:
    """What the command prints, in English."""
    return CliRunner().invoke(main, ["--lang", "en", "--data", str(folder), "token", *arguments])


def test_the_command_prints_the_token_alone_and_keeps_it_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    printed = run(folder, "add", "payroll", "--role", "self", "--person", "p001")

    token = printed.stdout.strip()
    kept = Tokens(AccessDatabase(folder / "access.sqlite")).known(token)
    assert printed.exit_code == 0
    assert kept is not None
    assert kept.caller == Caller("token:payroll", Role.SELF, person="p001")
    assert timedelta(days=89) < kept.expires - datetime.now(UTC) < DEFAULT_LIFE
    assert token not in run(folder, "list").output


def test_the_command_lists_what_it_gave_out_and_revoked(tmp_path: Path) -> None:
    run(tmp_path / "data", "add", "portal", "--role", "team-lead", "--team", "north")
    run(tmp_path / "data", "add", "payroll", "--role", "hr", "--expires", "2999-12-31")
    revoked = run(tmp_path / "data", "revoke", "portal")

    payroll, portal = run(tmp_path / "data", "list").stdout.splitlines()[1:]

    assert revoked.exit_code == 0
    assert payroll.split() == ["payroll", "hr", "3000-01-01", "00:00", "UTC", "–", "good"]
    assert portal.split()[:3] == ["portal", "team-lead", "north"]
    assert portal.split()[-1] == "revoked"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["add", "x", "--role", "self"], "--person"),
        (["add", "x", "--role", "team-lead"], "--team"),
        (["add", "x", "--role", "hr", "--person", "p1"], "--person"),
        (["add", "x", "--role", "hr", "--expires", "0d"], "passed already"),
        (["add", "x", "--role", "hr", "--expires", "2001-01-01"], "passed already"),
        (["add", "x", "--role", "hr", "--expires", "never"], "90d or"),
        (["add", "a b", "--role", "hr"], "letters, digits"),
        (["add", "x", "--role", "king"], "king"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_given_out(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    refused = run(tmp_path / "data", *arguments)

    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not Tokens(AccessDatabase(tmp_path / "data" / "access.sqlite")).any_given_out()


def test_revoking_an_unknown_token_says_how_to_list_them(tmp_path: Path) -> None:
    run(tmp_path / "data", "add", "payroll", "--role", "hr")

    refused = run(tmp_path / "data", "revoke", "payrol")

    assert refused.exit_code == 3
    assert "rengang token list" in refused.stderr
