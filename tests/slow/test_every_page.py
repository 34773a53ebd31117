"""Every page in both languages, wide and narrow, light and dark: nothing fails, nothing is barred."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.visiting import NARROW, WIDE, visit
from tests.served import Served

MODEL = "customer-service-specialist"
PAGES = {
    "home": "/",
    "search": "/search?q=service",
    "search-nothing": "/search?q=qqqq",
    "position-models": "/position-models",
    "position-model": f"/position-models/{MODEL}",
    "position-model-grid": "/position-models/customer-service-representative",
    "candidates": f"/position-models/{MODEL}/candidates",
    "candidates-narrowed": f"/position-models/{MODEL}/candidates?verdict=fit&candidate=true",
    "model-findings": f"/position-models/{MODEL}/findings?version=0.1.0",
    "model-difference": f"/position-models/{MODEL}/difference?before=0.1.0&after=0.1.0",
    "version": f"/position-models/{MODEL}/versions/0.1.0",
    "plans": "/plans",
    "plan": f"/plans/{MODEL}",
    "people": "/people",
    "person": "/people/p001",
    "person-hostile": "/people/mallory",
    "fit": f"/people/p001/fit/{MODEL}",
    "appraisal": "/people/p085/performance/2026-q3",
    "rights": "/people/p001/rights",
    "team": "/teams/power-service-1/performance",
    "people-found": "/people?q=p00&verdict=insufficient-evidence",
    "fit-representative": "/people/p085/fit/customer-service-representative",
    "what-if": f"/people/p001/fit/{MODEL}/what-if?rating.patience=8&rated=patience",
    "teams": "/teams",
    "team-map": "/teams/power-service-1",
    "organisation": "/organisation",
    "people-behind": "/organisation/people/members-by-evidence?team=power-service-1",
    "compare": f"/compare?model={MODEL}&person=p001&person=p002",
    "compare-positions": f"/compare?person=p001&model={MODEL}&model=team-leader",
    "compare-choice": f"/compare?model={MODEL}",
    "compare-begin": "/compare",
    "adverse-impact": "/adverse-impact",
    "explain": f"/explain?person=p001&model={MODEL}",
    "why-not": f"/explain?person=p001&model={MODEL}&whyNot=strong-fit&seconds=0",
    "studies": "/studies",
    "study-panel": "/studies/csr-delphi",
    "study-comparisons": "/studies/csr-ahp",
    "study-interviews": "/studies/csr-bei",
    "study-questionnaire": "/studies/csr-questionnaire",
    "study-appraisal": "/studies/csr-fuzzy",
    "study-meeting": "/studies/csr-meeting",
    "study-decision": "/studies/csr-delphi/items/integrity",
    "study-draft": "/studies/csr-delphi/draft?weights=csr-ahp&interviews=csr-bei&meeting=csr-meeting",
    "import": "/import",
    "validate": "/validate",
    "questions": "/questions",
    "question": "/questions/trainings",
    "sparql": "/sparql",
    "sparql-answer": "/sparql?query=SELECT+%3Fx+%3Fn+%7BVALUES+(%3Fx+%3Fn)+%7B(%22a%22+1)%7D%7D",
    "ontology": "/ontology",
    "ontology-search": "/ontology?q=level",
    "module": "/ontology/core",
    "term": "/ontology/terms/core/Requirement",
    "status": "/status",
    "api": "/api",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_works_for_everybody(browser: Browser, served: Served, name: str) -> None:
    """In both languages and widths; barriers are sought in each language, width and scheme once."""
    with visit(browser, served.url + PAGES[name], language="zh") as seen:
        seen.look()
        seen.keep(f"{name}-zh-{WIDE}")
        seen.appear(width=NARROW)
        seen.measure()
        seen.keep(f"{name}-zh-{NARROW}")
        faults = [f"zh: {fault}" for fault in seen.faults]

    with visit(browser, served.url + PAGES[name], language="en") as seen:
        seen.measure()
        seen.keep(f"{name}-en-{WIDE}")
        seen.appear(scheme="dark")
        seen.look()
        seen.keep(f"{name}-dark")
        seen.appear(scheme="light", width=NARROW)
        seen.look()
        seen.keep(f"{name}-en-{NARROW}")
        faults += [f"en: {fault}" for fault in seen.faults]

    assert faults == []
