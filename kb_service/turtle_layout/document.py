"""A graph laid out as one text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.turtle_layout.names_of_nodes import names_of_nodes
from kb_service.turtle_layout.structure import NIL, Resource, Structure, Term
from kb_service.turtle_layout.tokens import Tokens, columns, language_order
from kb_service.vocabulary import A, iri

_WIDTH = 100
_SHORT_LIST = 80
_INDENT = "    "
_ONTOLOGY = iri("owl", "Ontology")
_LAST = {iri("owl", "imports"), iri("owl", "versionIRI")}
"""Of a header: some versions of the OWL API, and so of Protégé, forget what stands behind these."""


class Document:
    """A graph on its way to becoming text.

    `names` are those of its blank nodes that needed one. Raises CannotFormat for what has no layout.
    """

    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> None:
        self.structure = Structure(triples)
        self.names = names_of_nodes(self.structure)
        self._tokens = Tokens(prefixes)

    def text(self) -> str:
        """The text: prefixes, the header, subjects by IRI, then nodes without a name."""
        roots = sorted(self.structure.roots, key=self._order)
        blocks = [self._block(node) for node in roots if self._has_name(node)]
        blocks += sorted(self._block(node) for node in roots if not self._has_name(node))
        used = sorted(self._tokens.used.items())
        prefixes = "\n".join(f"@prefix {name}: <{namespace}> ." for name, namespace in used)
        return "\n\n".join([prefixes, *blocks] if prefixes else blocks) + "\n"

    def _has_name(self, node: Resource) -> bool:
        return isinstance(node, NamedNode) or node in self.names

    def _order(self, node: Resource) -> tuple[bool, bool, str]:
        header = _ONTOLOGY in self.structure.of(node).get(A, [])
        if isinstance(node, BlankNode):
            return (not header, True, self.names.get(node, ""))
        return (not header, False, node.value)

    def _block(self, node: Resource) -> str:
        if isinstance(node, BlankNode):
            subject = self.names.get(node, "[]")
        else:
            subject = self._tokens.iri(node)
        return "\n".join([subject, *self._lines(node, _INDENT), "."])

    def _lines(self, node: Resource, indent: str) -> list[str]:
        """What is said of a node, `a` first, then by the name of the predicate."""
        names = {
            predicate: "a" if predicate == A else self._tokens.iri(predicate)
            for predicate in self.structure.of(node)
        }
        order = sorted(names, key=lambda each: (each != A, each in _LAST, names[each]))
        return [self._statement(node, names[each], each, indent) for each in order]

    def _statement(self, node: Resource, name: str, predicate: NamedNode, indent: str) -> str:
        objects = self.structure.of(node)[predicate]
        if len(objects) == 1:
            return f"{indent}{name} {self._value(predicate, objects[0], indent)} ;"
        if all(self._is_short(predicate, term, indent) for term in objects):
            line = f"{indent}{name} {', '.join(self._values(predicate, objects, indent))} ;"
            if columns(line) <= _WIDTH:
                return line
        deeper = indent + _INDENT
        values = [deeper + text for text in self._values(predicate, objects, deeper)]
        return f"{indent}{name}\n" + ",\n".join(values) + " ;"

    def _values(self, predicate: NamedNode, objects: Iterable[Term], indent: str) -> list[str]:
        texts = [(_order_of(term), self._value(predicate, term, indent)) for term in objects]
        return [text for _, text in sorted(texts)]

    def _is_short(self, predicate: NamedNode, term: Term, indent: str) -> bool:
        """Whether an object fits into one line; of nested nodes only lists may."""
        if isinstance(term, Literal):
            return "\n" not in term.value
        if not self.structure.is_nested(term) or not self.structure.of(_resource(term)):
            return True
        members = self.structure.members(term)
        if members is None or not all(self._is_short(A, member, indent) for member in members):
            return False
        return "\n" not in self._value(predicate, term, indent)

    def _value(self, predicate: NamedNode, term: Term, indent: str) -> str:
        """An object as text; it begins at the place where it stands and its lines at the indent."""
        if isinstance(term, Literal):
            return self._tokens.literal(term)
        node = _resource(term)
        if node == NIL:
            return "()"
        if isinstance(node, NamedNode):
            return self._tokens.iri(node)
        if not self.structure.is_nested(node):
            return self.names[node]
        if not self.structure.of(node):
            return "[]"
        if (members := self.structure.members(node)) is not None:
            is_set = self.structure.set_members(predicate, node) is not None
            return self._list(members, is_set, indent)
        return "[\n" + "\n".join(self._lines(node, indent + _INDENT)) + f"\n{indent}]"

    def _list(self, members: list[Term], is_set: bool, indent: str) -> str:
        deeper = indent + _INDENT
        texts = [self._value(A, member, deeper) for member in members]
        if is_set:
            texts.sort(key=lambda text: (text.startswith(("[", "(")), text))
        short = f"( {' '.join(texts)} )"
        if "\n" not in short and len(indent) + columns(short) <= _SHORT_LIST:
            return short
        return "(\n" + "".join(f"{deeper}{text}\n" for text in texts) + f"{indent})"


def _resource(term: Term) -> Resource:
    """The same term, known to be no literal and no triple: the structure refused the latter."""
    assert isinstance(term, NamedNode | BlankNode)
    return term


def _order_of(term: Term) -> tuple[bool, str]:
    return language_order(term) if isinstance(term, Literal) else (True, "")
