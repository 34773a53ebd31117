"""The pages of the questions: who is offered which, and where their answers lead."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from kb_service.access.roles import Role
from kb_service.web.service import EXTENSION
from tests.service_of_roles import MODEL, ServiceOfRoles, open_service

BROWSER = {"Accept": "text/html", "Accept-Language": "en"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("question-pages") / "data")
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


@pytest.mark.parametrize("role", list(Role))
def test_nobody_is_offered_a_question_that_they_may_not_ask(
    service: ServiceOfRoles, role: Role
) -> None:
    client = service.as_role(role)

    page = client.get("/questions", headers=BROWSER).text

    offered = re.findall(r'href="/questions/([\w-]+)"', page)
    assert "trainings" in offered
    for name in offered:  # a parameter that none has is refused before anything is asked
        assert client.get(f"/api/v1/questions/{name}?nothing=1").status_code == 400
    assert ("About raters" in page) == (role in (Role.HR, Role.ADMIN))


def test_an_answer_is_read_in_one_language_and_leads_on(service: ServiceOfRoles) -> None:
    client = service.as_role(Role.HR)

    page = client.get(f"/questions/candidates-for-model?model={MODEL}", headers=BROWSER).text

    assert '<a href="/people/ana">ana</a>' in page
    assert "verdict_zh" not in page.partition("<details")[0]
    assert 'href="/sparql?question=candidates-for-model"' in page


def test_what_a_question_takes_is_named_in_the_readers_language(service: ServiceOfRoles) -> None:
    client = service.as_role(Role.HR)

    chinese = client.get("/questions/performance-of-team?lang=zh", headers=BROWSER).text

    labels = re.findall(r"<label for=[^>]*>([^<]+)</label>", chinese)
    assert {"班组", "考核周期"} <= set(labels)
    assert not re.search("[A-Za-z]", "".join(labels))
