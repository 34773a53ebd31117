"""Rules written for one test, and a store with all that follows from some facts by them."""

from __future__ import annotations

from pyoxigraph import NamedNode, RdfFormat, Store, parse

from kb_service.engine.conclude import run_stages
from kb_service.engine.rules import Rule, RuleBook, rule_book
from kb_service.vocabulary import BASE, NAMESPACES

PROLOGUE = "\n".join(f"PREFIX {prefix}: <{space}>" for prefix, space in NAMESPACES.items())


def address(name: str) -> NamedNode:
    """The address of something by `prefix:local`."""
    prefix, local = name.split(":", 1)
    return NamedNode(NAMESPACES[prefix] + local)


def rule(name: str, head: str, body: str, stage: str = "50-test") -> Rule:
    """A rule of which only the CONSTRUCT matters; its conclusion is `?it`."""
    text = f"{PROLOGUE}\nCONSTRUCT {{ ?it {head} ; judgement:concludedBy rule:{name} . }}\nWHERE {{ {body} }}"
    words = {"title": name, "says": f"{name}.", "says_zh": f"{name}。", "because": "It is a test."}
    return Rule(name=name, stage=stage, reads="", writes="", text=text, **words)


def world(facts: str, *rules: Rule) -> tuple[Store, RuleBook]:
    """A store with facts in Turtle and all that follows, and the rules as a book."""
    book = rule_book(rules)
    store = Store()
    prefixes = "\n".join(f"@prefix {prefix}: <{space}> ." for prefix, space in NAMESPACES.items())
    turtle = f"{prefixes}\n{facts}"
    store.extend(parse(turtle, format=RdfFormat.TURTLE, base_iri=BASE))
    run_stages(store, book.shared + book.people)
    return store, book
