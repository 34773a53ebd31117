"""What keeps a change of graphs from telling who rated whom to those who may not know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import NamedNode, Quad, Triple

from kb_service.findings import Finding, violation
from kb_service.people_records.performance_facts import CORRECTS, IN_FORM
from kb_service.people_records.raters import TELLING, forms_in, is_opaque, new_form_iri
from kb_service.vocabulary import PEOPLE_GRAPHS, RATER_GRAPHS


def faults_of_rater_graphs(
    added: Iterable[Quad], people: Mapping[str, Sequence[Triple]]
) -> Iterator[Finding]:
    """What is wrong with new facts about people, and with where they are written.

    `people` are all facts about those who are concerned, as they are to be.
    """
    of_people = [quad for quad in added if isinstance(quad.graph_name, NamedNode)]
    for quad in of_people:
        assert isinstance(quad.graph_name, NamedNode)
        graph = quad.graph_name.value
        if graph.startswith(PEOPLE_GRAPHS) and quad.predicate in TELLING:
            yield _elsewhere(quad, graph.removeprefix(PEOPLE_GRAPHS))
        elif graph.startswith(RATER_GRAPHS) and quad.predicate not in TELLING:
            yield _nothing_else(quad, graph.removeprefix(RATER_GRAPHS))
        elif graph.startswith(RATER_GRAPHS):
            facts = people.get(graph.removeprefix(RATER_GRAPHS), ())
            if quad.subject not in forms_in(facts):
                yield _of_no_form(quad)
    new: set[object] = {quad.subject for quad in of_people}
    for person, facts in people.items():
        yield from _telling_names(person, facts, new)


def _telling_names(person: str, facts: Sequence[Triple], new: set[object]) -> Iterator[Finding]:
    """New forms, grades and corrections whose IRIs might tell who rated."""
    forms = forms_in(facts)
    in_form = {t.subject: t.object for t in facts if t.predicate == IN_FORM and t.object in forms}
    for form in sorted(forms, key=str):
        if form in new and not is_opaque(form):
            yield _guessable(form, new_form_iri(person, "2026-q3"))
    below = {**in_form}
    below |= {t.subject: t.object for t in facts if t.predicate == CORRECTS and t.object in in_form}
    for node, above in below.items():
        if not (isinstance(node, NamedNode) and isinstance(above, NamedNode)):
            continue
        if node in new and not node.value.startswith(f"{above.value}/"):
            yield _not_below(node, above)


def _elsewhere(quad: Quad, person: str) -> Finding:
    return violation(
        f"谁作了评价、何时评价，写在图 {RATER_GRAPHS}{person} 里，只有人力资源能看；请把这句话改写到那里。",
        f"Who rated, and on which day, is written in the graph {RATER_GRAPHS}{person}, which HR alone "
        "may read; move this statement there.",
        str(quad.subject),
    )


def _nothing_else(quad: Quad, person: str) -> Finding:
    return violation(
        f"图 {RATER_GRAPHS}{person} 里只写 performance:rater 和 performance:ratedOn；"
        f"其余写在 {PEOPLE_GRAPHS}{person} 里。",
        f"The graph {RATER_GRAPHS}{person} holds performance:rater and performance:ratedOn only; write "
        f"the rest in {PEOPLE_GRAPHS}{person}.",
        str(quad.subject),
    )


def _of_no_form(quad: Quad) -> Finding:
    return violation(
        f"{quad.subject} 不是此人的评价表；请核对 IRI，或一并写入评价表。",
        f"{quad.subject} is no rating form of this person; check the IRI, or write the form as well.",
        str(quad.subject),
    )


def _guessable(form: NamedNode, example: NamedNode) -> Finding:
    return violation(
        "评价表的 IRI 不能让人看出或猜到评价人：请以 f- 加 26 个随机的小写字母和数字（a–z、2–7）结尾，"
        f"例如 <{example.value}>；或用 rengang import、PUT /api/v1/people/{{编号}}/rating-forms/{{周期}}/{{评价人}} 交来，由系统命名。",
        "The IRI of a form may neither tell nor let anybody guess who rated: end it in f- and 26 random "
        f"small letters and digits (a-z, 2-7), such as <{example.value}>; or hand the form in by "
        "rengang import or PUT /api/v1/people/{id}/rating-forms/{period}/{rater}, which name it.",
        form.value,
    )


def _not_below(node: NamedNode, above: NamedNode) -> Finding:
    return violation(
        f"请用 <{above.value}/…> 给它命名，以免名称让人看出评价人。",
        f"Name it <{above.value}/…>, so that its name tells nobody who rated.",
        node.value,
    )
