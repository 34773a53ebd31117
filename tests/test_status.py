"""The status: whether all is well, how often rules fire, what a check of everything finds, to whom."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.audit import Access, AuditTrail, latest_entry
from kb_service.configuration import AccessSettings
from kb_service.findings import Finding, violation
from kb_service.web.service import EXTENSION
from tests.conftest import body
from tests.service_of_roles import EVERYBODY, ServiceOfRoles, open_service

STATUS = "/api/v1/status"
LONGEST = 300
BROWSER = {"Accept": "text/html", "Accept-Language": "en"}
FROM_THE_PAGE = BROWSER | {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("status") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


@pytest.fixture
def admin(service: ServiceOfRoles) -> FlaskClient:
    return service.as_role(Role.ADMIN)


def told(client: FlaskClient, until: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The status once it is as somebody waits for."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        found: dict[str, Any] = body(client.get(STATUS))
        if until(found):
            return found
        time.sleep(0.2)
    raise AssertionError(found)


def rules_counted(found: dict[str, Any]) -> bool:
    return bool(found["rulesCounted"]) and not found["rulesAreBeingCounted"]


def rules(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {rule["rule"]: rule for rule in found["rules"]}


def checked_by(admin: FlaskClient) -> dict[str, Any]:
    """The status after another check of everything."""
    told(admin, lambda status: status["check"]["running"] is None)
    assert admin.post(f"{STATUS}/check").status_code == 202
    return told(admin, lambda status: status["check"]["running"] is None)


def on_people(service: ServiceOfRoles, monkeypatch: pytest.MonkeyPatch, person: str) -> Finding:
    """A fault that checks from now on find with somebody, by pseudonym, and nothing else."""
    found = violation("改。", "Mend it.", value=service.key(person))
    monkeypatch.setattr(service.knowledge_base, "check_knowledge", lambda: [])
    monkeypatch.setattr(service.knowledge_base, "check_people", lambda progress: [found])
    return found


def test_a_service_that_is_well_says_so_with_its_versions(admin: FlaskClient) -> None:
    found = body(admin.get(STATUS))

    assert found["health"] == {"status": "ready", "reasons": []}
    assert re.fullmatch(r"\d+\.\d+\.\d+", found["versions"]["python"])
    assert {"core", "t12"} <= {module["path"] for module in found["versions"]["modules"]}


def test_every_rule_is_listed_with_how_often_it_fired(
    service: ServiceOfRoles, admin: FlaskClient
) -> None:
    found = rules(told(admin, rules_counted))

    assert set(found) == {rule.name for rule in service.knowledge_base.rules.by_iri.values()}
    assert found["coverage"]["people"] == len(EVERYBODY)
    assert found["coverage"]["conclusions"] > len(EVERYBODY)
    assert found["trend-declining"]["people"] == 0
    assert found["effective-requirement"]["people"] is None
    assert found["effective-requirement"]["conclusions"] > 100


def test_of_conclusions_that_are_not_kept_nothing_is_counted(admin: FlaskClient) -> None:
    found = rules(told(admin, rules_counted))

    assert found["current-rating"] | {"says": ""} == {
        "rule": "current-rating",
        "stage": "40-ratings",
        "says": "",
        "about": "person",
        "kept": False,
        "people": None,
        "conclusions": None,
    }


def test_rules_are_counted_again_once_something_is_stored(admin: FlaskClient) -> None:
    before = told(admin, rules_counted)

    admin.put("/api/v1/people/new-here", json={"post": "customer-service-specialist"})
    after = told(admin, lambda found: rules(found)["coverage"]["people"] == len(EVERYBODY) + 1)
    admin.delete("/api/v1/people/new-here")

    assert after["rulesCounted"] >= before["rulesCounted"]


def test_who_sees_nobody_is_not_told_of_few(service: ServiceOfRoles, admin: FlaskClient) -> None:
    everything = rules(told(admin, rules_counted))

    editor = told(service.as_role(Role.EDITOR), rules_counted)

    least = AccessSettings().least_people_counted
    for name, rule in rules(editor).items():
        counted = everything[name]["people"]
        assert rule["people"] == (None if counted and counted < least else counted)
        if rule["about"] == "person":
            assert not rule["conclusions"]
    assert editor["people"] is None


def test_a_check_of_everything_tells_what_it_found(admin: FlaskClient) -> None:
    last = checked_by(admin)["check"]["last"]

    assert last["people"] >= len(EVERYBODY)
    assert sum(last["counts"].values()) >= len(last["findings"])
    page = admin.get("/status", headers=BROWSER).text
    assert "Check of everything" in page
    assert ("Nothing was found." in page) == (last["findings"] == [])


def test_what_a_check_finds_is_an_open_finding_on_the_first_page(
    service: ServiceOfRoles, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = service.knowledge_base
    monkeypatch.setattr(base, "check_knowledge", lambda: [violation("改。", "Mend it.")] * 3)
    monkeypatch.setattr(base, "check_people", lambda progress: [])

    checked = checked_by(admin)

    shown = body(admin.get("/api/v1/overview"))["holdings"]["findings"]
    assert checked["check"]["last"]["counts"] == {"violation": 3, "warning": 0, "info": 0}
    assert shown == 3 + len(checked["missing"])


def test_a_check_is_begun_by_who_administers_alone(service: ServiceOfRoles) -> None:
    for role in Role:
        client = service.as_role(role)
        codes = {
            client.post(f"{STATUS}/check").status_code,
            client.post("/status/check").status_code,
        }
        assert codes == ({202, 303} if role is Role.ADMIN else {403})


def test_who_sees_nobody_hears_nothing_of_people_from_a_check(
    service: ServiceOfRoles, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = on_people(service, monkeypatch, "ana")

    seen = checked_by(admin)["check"]["last"]["findings"]

    to_editor = body(service.as_role(Role.EDITOR).get(STATUS))["check"]["last"]
    assert [each["value"] for each in seen] == ["ana"]
    assert found.value not in str(seen)
    assert (to_editor["people"], to_editor["findings"]) == (None, [])


def test_findings_on_people_go_with_anyone_who_is_removed(
    service: ServiceOfRoles, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.put("/api/v1/people/leaving", json={})
    on_people(service, monkeypatch, "ana")
    before = checked_by(admin)["check"]["last"]

    admin.delete("/api/v1/people/leaving")

    after = body(admin.get(STATUS))["check"]["last"]
    assert len(before["findings"]) == 1
    assert (after["people"], after["findings"]) == (None, [])


def test_a_check_that_fails_says_so_and_another_can_be_begun(
    service: ServiceOfRoles, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Finding]:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(service.knowledge_base, "check_knowledge", broken)
        failed = checked_by(admin)
    on_people(service, monkeypatch, "ana")

    assert failed["check"]["failed"]
    assert not checked_by(admin)["check"]["failed"]


def test_the_last_import_is_told_with_by_whom_to_administrators(
    service: ServiceOfRoles, admin: FlaskClient
) -> None:
    sheet = "工号,姓名,日期,来源,耐心坚持\nimp-1,Ugo,2026-01-05,测验,7\n".encode()

    imported = service.as_role(Role.HR).post("/api/v1/import", data=sheet, content_type="text/csv")

    assert imported.status_code == 200, imported.text
    last = body(admin.get(STATUS))["lastImport"]
    assert (last["people"], last["action"]) == (1, "POST /api/v1/import")
    assert last["by"]
    to_editor = body(service.as_role(Role.EDITOR).get(STATUS))["lastImport"]
    assert to_editor == {"at": last["at"], "action": last["action"], "people": None, "by": None}


def test_what_is_stored_from_the_page_is_an_import_and_what_is_shown_first_is_none(
    service: ServiceOfRoles, admin: FlaskClient
) -> None:
    sheet = "工号,姓名,日期,来源,耐心坚持\nimp-2,Ugo,2026-01-05,测验,7\n".encode()
    before = body(admin.get(STATUS))["lastImport"]
    file = {"file": (BytesIO(sheet), "sheet.csv", "text/csv")}

    shown = service.as_role(Role.HR).post("/import", data=file, headers=FROM_THE_PAGE)
    after_looking = body(admin.get(STATUS))["lastImport"]
    stored = service.as_role(Role.HR).post(shown.location, headers=FROM_THE_PAGE)

    assert (shown.status_code, stored.status_code) == (303, 303), stored.text
    assert after_looking == before
    last = body(admin.get(STATUS))["lastImport"]
    assert (last["people"], last["action"]) == (1, "POST /import/<pending>")


def test_the_latest_entry_is_found_across_months(tmp_path: Any) -> None:
    trail = AuditTrail(tmp_path)
    for name in ("POST /import", "GET /people", "POST /import", "GET /people"):
        trail.append(Access("who", "hr", name, "200", people=2), durable=False)
    trail.close()
    (segment,) = tmp_path.glob("*.jsonl")
    segment.rename(tmp_path / "2001-01.jsonl")
    (tmp_path / "2001-02.jsonl").write_bytes(b"")

    found = latest_entry(tmp_path, re.compile(rb'"action":"POST /import"'))

    assert found is not None
    assert found["number"] == 3
    assert latest_entry(tmp_path, re.compile(rb"nothing of the kind")) is None
