"""Every IRI that Python knows by name."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from pyoxigraph import NamedNode

BASE = "https://w3id.org/rengang/"
_MOST_IRIS = 8192
"""How many are kept at hand: to quote one takes longer than anything else that is done with it."""

NAMESPACES: dict[str, str] = {
    "ability": BASE + "ability/",
    "agent": BASE + "agent/",
    "alignment": BASE + "ontology/alignments#",
    "axis": BASE + "axis/",
    "box": BASE + "nine-box/",
    "category": BASE + "indicator-category/",
    "core": BASE + "ontology/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "duty": BASE + "duty/",
    "evidence": BASE + "evidence/",
    "field": BASE + "career-field/",
    "framework": BASE + "framework/",
    "goal": BASE + "goal/",
    "grade": BASE + "grade/",
    "history": BASE + "ontology/history#",
    "incentive": BASE + "incentive/",
    "indicator": BASE + "indicator/",
    "judgement": BASE + "ontology/judgements#",
    "kpi": BASE + "kpi/",
    "learning": BASE + "ontology/learning#",
    "mode": BASE + "learning-mode/",
    "model": BASE + "position-model/",
    "model-version": BASE + "model-version/",
    "motivation": BASE + "motivation/",
    "org": "http://www.w3.org/ns/org#",
    "outcome": BASE + "objection-outcome/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "part": BASE + "part/",
    "people": BASE + "ontology/people#",
    "performance": BASE + "ontology/performance#",
    "period": BASE + "period/",
    "person": BASE + "person/",
    "plan": BASE + "performance-plan/",
    "plan-group": BASE + "plan-group/",
    "plan-item": BASE + "plan-item/",
    "policy": BASE + "policy/",
    "position": BASE + "position/",
    "prov": "http://www.w3.org/ns/prov#",
    "rater-weight": BASE + "rater-weight/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "requirement": BASE + "requirement/",
    "rule": BASE + "rule/",
    "scale": BASE + "scale/",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "shape": BASE + "shape/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "source": BASE + "rating-source/",
    "standard": BASE + "standard/",
    "statistic": BASE + "statistic/",
    "status": BASE + "status/",
    "step": BASE + "life-cycle-step/",
    "studies": BASE + "ontology/studies#",
    "study": BASE + "study/",
    "study-decision": BASE + "study-decision/",
    "study-method": BASE + "study-method/",
    "team": BASE + "team/",
    "tier": BASE + "tier/",
    "training": BASE + "training/",
    "trend": BASE + "trend/",
    "type": BASE + "career-type/",
    "verdict": BASE + "verdict/",
    "version": BASE + "version/",
    "work": BASE + "work/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

POLICY_GRAPH = NamedNode(BASE + "policy")
ORGANISATION_GRAPH = NamedNode(BASE + "organisation")
RULES_GRAPH = NamedNode(BASE + "rules")
VERSIONS_GRAPH = NamedNode(BASE + "versions")
STORE_GRAPH = NamedNode(BASE + "store")
HISTORY_GRAPHS = BASE + "history/"
SHARED_HISTORY = NamedNode(HISTORY_GRAPHS + "shared")
MODEL_VERSIONS_GRAPH = NamedNode(BASE + "graph/model-versions")
PEOPLE_GRAPHS = BASE + "people/"
SHARED_CONCLUSIONS = NamedNode(BASE + "conclusions/shared")
CONCLUSIONS = BASE + "conclusions/"
PERSON_CONCLUSIONS = CONCLUSIONS + "people/"

PEOPLE_HISTORY = HISTORY_GRAPHS + "people/"

RATER_GRAPHS = BASE + "raters/"
RATER_CONCLUSIONS = CONCLUSIONS + "raters/"
RATER_HISTORY = HISTORY_GRAPHS + "raters/"

STUDY_GRAPHS = BASE + "studies/"
STUDY_CONCLUSIONS = CONCLUSIONS + "studies/"
STUDY_HISTORY = HISTORY_GRAPHS + "studies/"


@lru_cache(_MOST_IRIS)
def iri(prefix: str, local: str = "") -> NamedNode:
    """The node that `prefix:local` stands for; characters that an IRI cannot hold are escaped."""
    return NamedNode(NAMESPACES[prefix] + quote(local, safe="/.-_~!$&'()*+,;=:@"))


def local_id(node: NamedNode) -> str:
    """The last segment of an IRI, after the last `/` or `#`."""
    return node.value.replace("#", "/").rsplit("/", 1)[-1]


def shorten(node: NamedNode) -> str:
    """`prefix:local` where a prefix is known, the whole IRI otherwise."""
    for prefix, namespace in NAMESPACES.items():
        if node.value.startswith(namespace) and len(node.value) > len(namespace):
            return f"{prefix}:{node.value[len(namespace) :]}"
    return node.value


def people_graph(person_id: str) -> NamedNode:
    """The graph that holds one person's facts."""
    return NamedNode(PEOPLE_GRAPHS + quote(person_id, safe=""))


def person_conclusions_graph(person_id: str) -> NamedNode:
    """The graph that holds what rules conclude about one person."""
    return NamedNode(PERSON_CONCLUSIONS + quote(person_id, safe=""))


def person_history_graph(person_id: str) -> NamedNode:
    """The graph that holds what was changed in one person's facts."""
    return NamedNode(PEOPLE_HISTORY + quote(person_id, safe=""))


def rater_graph(person_id: str) -> NamedNode:
    """The graph that holds who rated one person, and when."""
    return NamedNode(RATER_GRAPHS + quote(person_id, safe=""))


def rater_conclusions_graph(person_id: str) -> NamedNode:
    """The graph that holds what rules conclude about who rated one person."""
    return NamedNode(RATER_CONCLUSIONS + quote(person_id, safe=""))


def rater_history_graph(person_id: str) -> NamedNode:
    """The graph that holds what was changed in who rated one person."""
    return NamedNode(RATER_HISTORY + quote(person_id, safe=""))


def graphs_of_person(person_id: str) -> tuple[NamedNode, ...]:
    """Every graph of one person that whoever may read about them may read."""
    return (
        people_graph(person_id),
        person_conclusions_graph(person_id),
        person_history_graph(person_id),
    )


def graphs_of_raters(person_id: str) -> tuple[NamedNode, ...]:
    """Every graph that tells of who rated one person."""
    return (
        rater_graph(person_id),
        rater_conclusions_graph(person_id),
        rater_history_graph(person_id),
    )


def study_graph(study_id: str) -> NamedNode:
    """The graph that holds what one model-building study collected."""
    return NamedNode(STUDY_GRAPHS + quote(study_id, safe=""))


def study_conclusions_graph(study_id: str) -> NamedNode:
    """The graph that holds a study's statistics and what rules conclude from them."""
    return NamedNode(STUDY_CONCLUSIONS + quote(study_id, safe=""))


def study_history_graph(study_id: str) -> NamedNode:
    """The graph that holds what was changed in a study."""
    return NamedNode(STUDY_HISTORY + quote(study_id, safe=""))


OF_RATERS = (RATER_GRAPHS, RATER_CONCLUSIONS, RATER_HISTORY)
"""How the names of graphs begin that tell of who rated somebody."""
OF_PEOPLE = (PEOPLE_GRAPHS, PERSON_CONCLUSIONS, PEOPLE_HISTORY, *OF_RATERS)
"""How the names of all graphs about one person begin; the rest of the name is the person's key."""

_NOT_SHARED = (
    *OF_PEOPLE,
    STUDY_GRAPHS,
    STUDY_CONCLUSIONS,
    STUDY_HISTORY,
)


def is_shared(graph: str) -> bool:
    """Whether a graph is about no person and no study, so that everyone may read it."""
    return not graph.startswith(_NOT_SHARED)


def tells_of_raters(graph: str) -> bool:
    """Whether a graph tells of who rated somebody, so that few may read it."""
    return graph.startswith(OF_RATERS)


A = iri("rdf", "type")
IDENTIFIER = iri("dcterms", "identifier")
LABEL = iri("skos", "prefLabel")
BELONGS_TO = (
    *(iri("people", name) for name in ("ofPerson", "inAssessment", "raisedFor")),
    *(iri("performance", name) for name in ("forPerson", "inForm", "corrects")),
)
"""From a rating, an assessment, an objection, a figure, a form towards the person it is about."""
HOLDS = iri("org", "holds")
"""From a person to the post that is theirs."""
