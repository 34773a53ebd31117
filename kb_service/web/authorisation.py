"""What each route needs its caller to be allowed: one table, and whoever is not in it is for admins.

Whose facts a caller may read is not decided here: that is a choice of graphs, made before anything
is read. What lies outside is not found, by 404 as if it did not exist; only what a role can never
do, whoever it is about, is answered by 403.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from flask import Flask, Request, request

from kb_service.access.roles import RIGHTS, Caller, People, Rights, Role
from kb_service.questions import Question, TellsOf, questions
from kb_service.web.callers import REALM, caller, known_caller
from kb_service.web.problems import Problem


class Need(StrEnum):
    """What a caller must be allowed."""

    NOTHING = "nothing"
    """Answered to anybody: whether the service is well, the page to sign in, its looks."""
    SHARED = "shared knowledge"
    PEOPLE = "people"
    """People in the caller's reach; who is in it is decided where facts are read."""
    EVERYBODY = "everybody"
    NAMES = "names"
    RATERS = "raters"
    """Who rated whom."""
    STUDIES = "studies"
    WRITES_PEOPLE = "writes people"
    WRITES_STUDIES = "writes studies"
    IMPORTS = "imports"
    """Hands in people or studies; what a file is of decides which of them it takes."""
    WRITES_MODELS = "writes models"
    ADMINISTERS = "administers"


_ALLOWED: Mapping[Need, Callable[[Rights], bool]] = {
    Need.NOTHING: lambda rights: True,
    Need.SHARED: lambda rights: True,
    Need.PEOPLE: lambda rights: rights.reads is not People.NOBODY,
    Need.EVERYBODY: lambda rights: rights.reads is People.EVERYBODY,
    Need.NAMES: lambda rights: rights.sees_names,
    Need.RATERS: lambda rights: rights.sees_raters,
    Need.STUDIES: lambda rights: rights.reads_studies,
    Need.WRITES_PEOPLE: lambda rights: rights.writes_people,
    Need.WRITES_STUDIES: lambda rights: rights.writes_studies,
    Need.IMPORTS: lambda rights: rights.writes_people or rights.writes_studies,
    Need.WRITES_MODELS: lambda rights: rights.writes_models,
    Need.ADMINISTERS: lambda rights: rights.administers,
}
NEEDS: Mapping[str, Need] = {
    "static": Need.NOTHING,
    "health.healthz": Need.NOTHING,
    "health.readyz": Need.NOTHING,
    "signing_in.sign_in_form": Need.NOTHING,
    "signing_in.sign_in": Need.NOTHING,
    "signing_in.sign_out": Need.NOTHING,
    "api.position_models": Need.SHARED,
    "api.position_model": Need.SHARED,
    "api.candidates": Need.PEOPLE,
    "api.people": Need.PEOPLE,
    "api.person": Need.PEOPLE,
    "api.fits": Need.PEOPLE,
    "api.fit": Need.PEOPLE,
    "api.training_plan": Need.PEOPLE,
    "api.explain": Need.SHARED,
    "api.list_of_questions": Need.SHARED,
    "api.question": Need.SHARED,
    "performance_writes.put_measurement": Need.WRITES_PEOPLE,
    "performance_writes.put_goal": Need.WRITES_PEOPLE,
    "performance_writes.put_form": Need.WRITES_PEOPLE,
    "performance_writes.delete_measurement": Need.WRITES_PEOPLE,
    "performance_writes.delete_goal": Need.WRITES_PEOPLE,
    "performance_writes.delete_form": Need.WRITES_PEOPLE,
    "performance_writes.corrections": Need.WRITES_PEOPLE,
    "periods.every_period": Need.SHARED,
    "periods.put_period": Need.WRITES_PEOPLE,
    "performance.plans": Need.SHARED,
    "performance.plan": Need.SHARED,
    "performance.of_person": Need.PEOPLE,
    "performance.history": Need.PEOPLE,
    "performance.of_team": Need.PEOPLE,
    "performance_pages.plans": Need.SHARED,
    "performance_pages.plan": Need.SHARED,
    "performance_pages.appraisal": Need.PEOPLE,
    "performance_pages.appraisal_workbook_of": Need.PEOPLE,
    "performance_pages.team": Need.PEOPLE,
    "what_if.difference": Need.PEOPLE,
    "writes.put_person": Need.WRITES_PEOPLE,
    "writes.put_assessment": Need.WRITES_PEOPLE,
    "writes.delete_person": Need.WRITES_PEOPLE,
    "writes.delete_assessment": Need.WRITES_PEOPLE,
    "person_rights.objections": Need.PEOPLE,
    "person_rights.raise_objection": Need.PEOPLE,
    "person_rights.settle_objection": Need.PEOPLE,
    "person_rights.rectifications": Need.PEOPLE,
    "person_rights.rectify": Need.WRITES_PEOPLE,
    "person_rights.export": Need.PEOPLE,
    "person_rights.erase_people": Need.WRITES_PEOPLE,
    "person_rights_pages.rights_of": Need.PEOPLE,
    "person_rights_pages.raise_objection": Need.PEOPLE,
    "person_rights_pages.settle_objection": Need.PEOPLE,
    "person_rights_pages.rectify": Need.WRITES_PEOPLE,
    "person_rights_pages.erase_person": Need.WRITES_PEOPLE,
    "documents.validate": Need.SHARED,
    "documents.template": Need.SHARED,
    "documents.performance_template": Need.SHARED,
    "model_documents.document": Need.SHARED,
    "studies.every_study": Need.STUDIES,
    "studies.import_study": Need.WRITES_STUDIES,
    "studies.study": Need.STUDIES,
    "studies.remove": Need.WRITES_STUDIES,
    "studies.history": Need.STUDIES,
    "studies.statistics": Need.STUDIES,
    "studies.explanation": Need.STUDIES,
    "studies.draft": Need.STUDIES,
    "studies.template": Need.SHARED,
    "study_pages.every_study": Need.STUDIES,
    "study_pages.study": Need.STUDIES,
    "study_pages.workbook": Need.STUDIES,
    "study_pages.explanation": Need.STUDIES,
    "study_pages.draft": Need.STUDIES,
    "model_versions.every_version": Need.SHARED,
    "model_versions.submit": Need.WRITES_MODELS,
    "model_versions.versions": Need.SHARED,
    "model_versions.version": Need.SHARED,
    "model_versions.take": Need.WRITES_MODELS,
    "model_versions.difference": Need.SHARED,
    "model_documents.template": Need.SHARED,
    "documents.import_sheet": Need.WRITES_PEOPLE,
    "forms.import_form": Need.IMPORTS,
    "forms.import_sheet": Need.IMPORTS,
    "pending.shown": Need.IMPORTS,
    "pending.confirm": Need.IMPORTS,
    "pending.give_up": Need.IMPORTS,
    "forms.validate_form": Need.SHARED,
    "forms.validate": Need.SHARED,
    "team_api.teams_document": Need.SHARED,
    "team_api.team_document": Need.PEOPLE,
    "team_api.organisation_document": Need.SHARED,
    "team_pages.teams": Need.SHARED,
    "team_pages.team": Need.PEOPLE,
    "team_pages.organisation": Need.SHARED,
    "team_pages.behind": Need.PEOPLE,
    "compare_api.compare_document": Need.PEOPLE,
    "compare_pages.compare": Need.PEOPLE,
    "adverse_impact_api.checked": Need.EVERYBODY,
    "adverse_impact.form": Need.EVERYBODY,
    "adverse_impact.check": Need.EVERYBODY,
    "home_pages.home": Need.SHARED,
    "home_pages.search": Need.SHARED,
    "home_pages.overview_document": Need.SHARED,
    "home_pages.search_document": Need.SHARED,
    "model_pages.position_models": Need.SHARED,
    "model_pages.position_model": Need.SHARED,
    "model_pages.candidates": Need.PEOPLE,
    "version_pages.version": Need.SHARED,
    "version_pages.checked": Need.SHARED,
    "version_pages.difference": Need.SHARED,
    "person_pages.people": Need.PEOPLE,
    "person_pages.person": Need.PEOPLE,
    "person_pages.fit": Need.PEOPLE,
    "person_pages.what_if": Need.PEOPLE,
    "person_pages.standings_document": Need.PEOPLE,
    "person_pages.explain": Need.SHARED,
    "pages.list_of_questions": Need.SHARED,
    "pages.question": Need.SHARED,
    "sparql.endpoint": Need.SHARED,
    "term_list.every_term": Need.SHARED,
    "ontology.index": Need.SHARED,
    "ontology.module": Need.SHARED,
    "ontology.term": Need.SHARED,
    "ontology.term_by_iri": Need.SHARED,
    "dereferencing.dereference": Need.SHARED,
    "dataset_description.dataset": Need.SHARED,
    "dataset_description.well_known": Need.SHARED,
    "graph_store.read": Need.SHARED,
    "graph_store.replace": Need.SHARED,
    "graph_store.add": Need.SHARED,
    "graph_store.drop": Need.SHARED,
    "graph_store.change": Need.SHARED,
    "api_reference.document": Need.SHARED,
    "api_reference.browse": Need.SHARED,
    "status.status_document": Need.WRITES_MODELS,
    "status.status_page": Need.WRITES_MODELS,
    "status.begin_check": Need.ADMINISTERS,
    "status.begin_check_on_page": Need.ADMINISTERS,
    "metrics.all_metrics": Need.ADMINISTERS,
}
"""Of each endpoint. The graphs that a write may touch are checked where it is committed."""
_OF_QUESTIONS = {"api.question", "pages.question"}
_NEEDS_OF_QUESTIONS: Mapping[TellsOf, Need] = {
    TellsOf.NOBODY: Need.SHARED,
    TellsOf.COUNTS: Need.SHARED,
    TellsOf.ONE_PERSON: Need.PEOPLE,
    TellsOf.EVERYBODY: Need.PEOPLE,
    TellsOf.RATERS: Need.RATERS,
}
_ROLES_IN_CHINESE = {
    Role.MODEL_READER: "模型读者",
    Role.SELF: "本人",
    Role.TEAM_LEAD: "班组长",
    Role.ANALYST: "分析员",
    Role.HR: "人事",
    Role.EDITOR: "模型编辑",
    Role.ADMIN: "管理员",
}


def register_authorisation(app: Flask) -> None:
    """Refuse what a caller's role is not allowed; register it after the caller is known."""
    app.before_request(_authorise)
    app.add_template_global(_may_open, "may_open")


def need_of(asked: Request) -> Need:
    """What a request needs its caller to be allowed.

    A browser asks without any credentials whether it may ask (a preflight), and is told no more
    than that. An address that does not exist needs what the least of callers is allowed.
    """
    if asked.method == "OPTIONS" and "Access-Control-Request-Method" in asked.headers:
        return Need.NOTHING
    if asked.endpoint is None:
        return Need.SHARED
    if asked.endpoint in _OF_QUESTIONS:
        question = questions().get((asked.view_args or {}).get("name", ""))
        return _NEEDS_OF_QUESTIONS[question.tells_of] if question else Need.SHARED
    return NEEDS.get(asked.endpoint, Need.ADMINISTERS)


def may_ask(question: Question) -> bool:
    """Whether the role of the caller is allowed to ask a question."""
    return is_allowed(caller(), _NEEDS_OF_QUESTIONS[question.tells_of])


def is_allowed(who: Caller, need: Need) -> bool:
    """Whether the role of a caller is allowed what is needed."""
    return _ALLOWED[need](who.rights)


def require(need: Need) -> None:
    """Raise Problem 403, which names the roles that would do, unless the caller is allowed this."""
    who = caller()
    if is_allowed(who, need):
        return
    able = [role for role in Role if _ALLOWED[need](RIGHTS[role])]
    listed_zh = "、".join(f"{_ROLES_IN_CHINESE[role]}（{role}）" for role in able)
    raise Problem(
        403,
        f"您的角色是{_ROLES_IN_CHINESE[who.role]}（{who.role}），不能这样做；"
        f"需要以下角色之一：{listed_zh}。",
        f"Your role, {who.role}, does not allow this; it takes one of: {', '.join(able)}.",
        headers=[("WWW-Authenticate", f'Bearer realm="{REALM}", error="insufficient_scope"')],
    )


def _authorise() -> None:
    need = need_of(request)
    if need is not Need.NOTHING:
        require(need)


def _may_open(endpoint: str) -> bool:
    """Whether a page is worth a link: before somebody has signed in, none but the first is."""
    who = known_caller()
    return who is not None and is_allowed(who, NEEDS.get(endpoint, Need.ADMINISTERS))
