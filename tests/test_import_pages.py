"""Importing by the pages: shown row by row, confirmed, watched, and by whom."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.access.view import View
from kb_service.knowledge_files import knowledge_root
from kb_service.sheets import SheetContents
from kb_service.web.pending_imports import (
    EXTENSION,
    LIFE,
    MOST_OF_ONE_CALLER,
    PendingImport,
    PendingImports,
    State,
)
from kb_service.web.problems import Problem
from kb_service.web.sheet_imports import Stored
from tests.conftest import RECENTLY
from tests.service_of_roles import ServiceOfRoles, open_service

PAGE = {"Accept": "text/html", "Accept-Language": "en"}
HEADER = "工号,姓名,日期,来源,耐心坚持,时间管理"
QUARTER = {"start": "2026-07-01", "end": "2026-09-30"}
STUDY = knowledge_root() / "examples" / "studies" / "csr-ahp.xlsx"


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    """A service with a token for every role."""
    made = open_service(tmp_path_factory.mktemp("imports") / "data")
    answer = made.as_role(Role.HR).put("/api/v1/periods/2026-q3", json=QUARTER)
    assert answer.status_code == 201, answer.text
    yield made
    made.app.extensions["rengang"].close()
    made.knowledge_base.close()


def handed_in(client: FlaskClient, *rows: str, name: str = "ratings.csv") -> str:
    """The address of what waits after a sheet with these rows was handed in."""
    answer = client.post("/import", data=form("\n".join((HEADER, *rows)).encode(), name))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def form(data: bytes, name: str) -> dict[str, tuple[io.BytesIO, str]]:
    """A file as a form sends it."""
    return {"file": (io.BytesIO(data), name)}


def shown(client: FlaskClient, address: str) -> str:
    """A page in English without its line breaks."""
    return " ".join(client.get(address, headers=PAGE).text.split())


# What it would store


def test_each_row_says_whom_it_is_about_and_what_it_would_store(
    client: FlaskClient, view: View
) -> None:
    waiting = handed_in(client, f"imp-1,Ida,{RECENTLY},测验,7,6.5", "imp-2,Ivo,,,,")

    page = shown(client, waiting)

    assert "<strong>Ida</strong> <code>imp-1</code>" in page
    assert f'<strong>Assessment</strong><span class="quiet"> · {RECENTLY}</span>' in page
    assert "<span>Patience and persistence</span> <b>7</b>" in page
    assert "<span>Time management</span> <b>6.5</b>" in page
    assert "<span>Name</span> <b>Ivo</b>" in page
    assert "people, 2 of them new" in page
    assert not view.has_person("imp-1")


def test_a_value_that_changes_is_shown_with_what_it_was(client: FlaskClient) -> None:
    client.post(handed_in(client, f"imp-3,Ina,{RECENTLY},测验,7,6.5"))

    again = shown(client, handed_in(client, f"imp-3,Ina,{RECENTLY},测验,7,6.5"))
    other = shown(client, handed_in(client, f"imp-3,Ines,{RECENTLY},测验,8,6.5"))

    assert "as stored" in again
    assert "<del" not in again
    assert '<b>8</b> <del aria-label="instead of 7">7</del>' in other
    assert '<b>Ines</b> <del aria-label="instead of Ina">Ina</del>' in other
    assert "<b>6.5</b> <del" not in other


def test_a_long_file_is_shown_in_parts(client: FlaskClient) -> None:
    rows = [f"long-{number:03},,{RECENTLY},测验,7," for number in range(45)]
    waiting = handed_in(client, *rows)

    first, second = shown(client, waiting), shown(client, f"{waiting}?limit=40&offset=40")

    assert "long-039" in first and "long-040" not in first
    assert "long-040" in second and "long-039" not in second
    assert "Rows 41–45 of 45" in second


def test_a_study_is_shown_table_by_table_and_stored_when_confirmed(roles: ServiceOfRoles) -> None:
    editor = roles.as_role(Role.EDITOR)
    answer = editor.post("/import", data=form(STUDY.read_bytes(), STUDY.name))
    waiting = answer.headers["Location"]
    known = {row["id"] for row in editor.get("/api/v1/studies").get_json()["rows"]}

    page = shown(editor, waiting)
    editor.post(waiting)

    assert "Analytic hierarchy process" in page
    assert "There is no study of this id yet" in page
    stored = {row["id"] for row in editor.get("/api/v1/studies").get_json()["rows"]}
    assert stored - known == {"csr-ahp"}


# Confirmed, or not


def test_what_is_confirmed_twice_is_stored_once(client: FlaskClient, view: View) -> None:
    waiting = handed_in(client, f"imp-4,Ira,{RECENTLY},测验,7,")
    client.post(waiting)
    stored = view.knowledge_base.store.generation

    again = client.post(waiting, follow_redirects=True, headers=PAGE)

    assert "Stored" in again.text
    assert view.knowledge_base.store.generation == stored


def test_what_is_given_up_is_forgotten(client: FlaskClient, view: View) -> None:
    waiting = handed_in(client, f"imp-5,Ilse,{RECENTLY},测验,7,")

    led = client.post(f"{waiting}/given-up")

    assert led.headers["Location"] == "/import"
    assert client.get(waiting, headers=PAGE).status_code == 404
    assert client.post(waiting).status_code == 404
    assert not view.has_person("imp-5")


def test_what_can_no_longer_be_stored_is_refused_with_the_reason(roles: ServiceOfRoles) -> None:
    client, person = roles.as_role(Role.HR), "imp-6"
    client.put(f"/api/v1/people/{person}", json={"post": "customer-service-representative"})
    header = "工号,周期,日期,投诉率\n"
    first, second = (
        client.post(
            "/import", data=form(f"{header}{person},2026-q3,2026-10-05,{n}".encode(), "f.csv")
        ).headers["Location"]
        for n in (1, 2)
    )
    client.post(first)

    answer = client.post(second, follow_redirects=True, headers=PAGE)

    assert "Nothing was stored" in answer.text
    assert "has changed since you checked" in answer.text
    assert "reason" in answer.text


def test_how_far_an_import_is_can_be_watched(client: FlaskClient) -> None:
    waiting = handed_in(client, f"imp-7,Imre,{RECENTLY},测验,7,")
    held: PendingImports = client.application.extensions[EXTENSION]
    made = held.get(waiting.rsplit("/", 1)[1], "local")

    made.state = State.STORING
    made.note_progress(30, 120)
    page = shown(client, waiting)
    made.state = State.WAITING

    assert '<progress max="120" value="30"' in page
    assert "25%" in page
    assert "data-watch" not in page


# By whom


def test_nobody_sees_or_stores_what_somebody_else_handed_in(roles: ServiceOfRoles) -> None:
    waiting = handed_in(roles.as_role(Role.HR), f"imp-8,Ilja,{RECENTLY},测验,7,")
    admin = roles.as_role(Role.ADMIN)

    answers = (
        admin.get(waiting, headers=PAGE),
        admin.post(waiting),
        admin.post(f"{waiting}/given-up"),
    )

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert roles.as_role(Role.HR).get(waiting, headers=PAGE).status_code == 200


def test_what_a_file_is_of_decides_who_may_import_it(roles: ServiceOfRoles) -> None:
    people = form(f"{HEADER}\nimp-9,Ilka,{RECENTLY},测验,7,".encode(), "people.csv")
    study = form(STUDY.read_bytes(), STUDY.name)

    editor = roles.as_role(Role.EDITOR).post("/import", data=people)
    hr = roles.as_role(Role.HR).post("/import", data=study)

    assert (editor.status_code, hr.status_code) == (403, 403)


@pytest.mark.parametrize(("role", "templates"), [(Role.HR, 2), (Role.EDITOR, 1), (Role.ADMIN, 3)])
def test_templates_are_offered_to_who_may_import_what_they_are_for(
    roles: ServiceOfRoles, role: Role, templates: int
) -> None:
    page = roles.as_role(role).get("/import", headers=PAGE).text

    assert page.count("Download this template") == templates


# How long it waits


def waiting_file(owner: str) -> PendingImport:
    """A file without rows that waits."""
    return PendingImport(owner, "f.csv", SheetContents((), ()))


def test_what_waits_is_forgotten_after_an_hour() -> None:
    now = [0.0]
    held = PendingImports(lambda: now[0])
    made = held.add(waiting_file("hr"))

    now[0] = LIFE
    still = held.get(made.id, "hr")
    now[0] = LIFE + 1

    assert still is made
    with pytest.raises(Problem) as forgotten:
        held.get(made.id, "hr")
    assert forgotten.value.status == 404


def test_the_oldest_of_ones_own_files_makes_room_and_no_others() -> None:
    now = [0.0]
    held = PendingImports(lambda: now[0])
    other = held.add(waiting_file("other"))
    mine = []
    for moment in range(MOST_OF_ONE_CALLER + 1):
        now[0] = float(moment)
        mine.append(held.add(waiting_file("hr")))

    assert [each.id for each in mine if _is_held(held, each)] == [each.id for each in mine[1:]]
    assert _is_held(held, other)


def test_what_goes_wrong_otherwise_leaves_a_file_waiting() -> None:
    held = PendingImports()
    made = held.add(waiting_file("hr"))

    def busy(made: PendingImport) -> Stored:
        raise Problem(503, "忙", "Busy")

    with pytest.raises(Problem):
        held.store(made, busy)
    waited = made.state
    held.store(made, lambda made: Stored({}, {}, ()))

    assert (waited, made.state) == (State.WAITING, State.STORED)


def _is_held(held: PendingImports, made: PendingImport) -> bool:
    try:
        return held.get(made.id, made.owner) is made
    except Problem:
        return False
