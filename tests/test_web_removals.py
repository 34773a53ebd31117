"""What is taken back is gone, and what follows from the rest is concluded; the past can be asked."""

from __future__ import annotations

from datetime import date, timedelta

from flask.testing import FlaskClient

from tests.conftest import RECENTLY, body

MODEL = "customer-service-specialist"


def assessed(client: FlaskClient, person: str, id: str, rating: int) -> None:
    ratings = {"patience": rating, "service": rating}
    given = {"date": str(RECENTLY), "source": "test", "framework": "t12", "ratings": ratings}
    answer = client.put(f"/api/v1/people/{person}/assessments/{id}", json=given)
    assert answer.status_code in (200, 201)


def rating_of(client: FlaskClient, person: str) -> float | None:
    document = body(client.get(f"/api/v1/people/{person}/fit/{MODEL}"))
    [found] = [r["rating"] for r in document["requirements"] if r["dimension"] == "patience"]
    return float(found) if found is not None else None


def test_an_assessment_taken_back_no_longer_counts(client: FlaskClient) -> None:
    assessed(client, "remo", "a1", 4)
    assessed(client, "remo", "a2", 9)
    before = rating_of(client, "remo")

    answer = client.delete("/api/v1/people/remo/assessments/a2")

    assert (before, rating_of(client, "remo")) == (9.0, 4.0)
    assert {row["model"] for row in body(answer)["fits"]} >= {MODEL}
    assert client.delete("/api/v1/people/remo/assessments/a2").status_code == 404


def test_a_person_who_is_forgotten_is_unknown(client: FlaskClient) -> None:
    assessed(client, "remy", "a1", 4)

    answer = client.delete("/api/v1/people/remy")

    assert answer.status_code == 204
    assert client.get("/api/v1/people/remy").status_code == 404
    assert client.get(f"/api/v1/people/remy/fit/{MODEL}").status_code == 404
    assert client.delete("/api/v1/people/remy").status_code == 404


def test_a_judgement_says_by_what_it_was_made(client: FlaskClient) -> None:
    basis = body(client.get(f"/api/v1/people/ana/fit/{MODEL}"))["basis"]

    assert basis["modelVersion"] == "0.1.0"
    assert basis["concludedAt"]
    assert "since" not in basis


def test_a_judgement_as_of_a_past_day_says_what_is_different_now(client: FlaskClient) -> None:
    yesterday = date.today() - timedelta(days=1)
    assessed(client, "remi", "a1", 4)
    assessed(client, "remi", "a1", 9)

    answer = body(client.get(f"/api/v1/people/remi/fit/{MODEL}?asOf={yesterday}"))

    rating = [r["rating"] for r in answer["requirements"] if r["dimension"] == "patience"]
    assert (answer["asOf"], rating) == (str(yesterday), [4.0])
    assert answer["basis"]["knownSince"]
    # Other tests may have stored shared knowledge since.
    changed = [change for change in answer["basis"]["since"] if change["kind"] == "facts"]
    assert [(change["id"], change["removed"], change["added"]) for change in changed] == [
        ("remi", 2, 2)
    ]


def test_a_day_that_is_none_or_has_yet_to_come_is_refused(client: FlaskClient) -> None:
    for given in ("tomorrow", "2026-13-01", str(date.today() + timedelta(days=1)), ""):
        answer = client.get(f"/api/v1/people/ana/fit/{MODEL}?asOf={given}")

        assert answer.status_code == 400, given
        assert "asOf" in body(answer)["detail"]
