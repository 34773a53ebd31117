"""One layout for every Turtle file, so that a diff shows what changed and nothing else.

    python tools/format_turtle.py [--check] FILE...

Header first, then subjects by IRI; `a` first, then predicates by prefixed name; what is a set is
sorted, what is a list keeps its order. A file that cannot be laid out without losing something is
refused and left as it was.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    RdfFormat,
    Triple,
    parse,
)

from kb_service.vocabulary import BASE, NAMESPACES, A, iri

Resource = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple

WIDTH = 100
INDENT = "    "
FIRST, REST, NIL = (iri("rdf", name) for name in ("first", "rest", "nil"))
ONTOLOGY = iri("owl", "Ontology")
BARE = {
    iri("xsd", "boolean"): re.compile(r"true|false"),
    iri("xsd", "decimal"): re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    iri("xsd", "integer"): re.compile(r"[+-]?[0-9]+"),
}
LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''(?:\\.|[^\\])*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'"
    r"|<[^<>\s]*>"
    r"|(?P<comment>\#[^\n]*)",
    re.DOTALL,
)


class CannotFormat(ValueError):
    """Why a file was left as it was."""


def format_turtle(text: str) -> str:
    """The same triples in the one layout.

    Parsed by Oxigraph rather than rdflib, which would rewrite numbers (`0.80`, `007`) on the way.
    Raises CannotFormat for bad syntax, for comments, and when a triple would be lost.
    """
    for match in COMMENT.finditer(text):
        if comment := match.group("comment"):
            line = text.count("\n", 0, match.start()) + 1
            raise CannotFormat(
                f"line {line}: say it in a triple (skos:editorialNote, skos:scopeNote), "
                f"a comment does not survive: {comment}"
            )
    triples = _canonical(text)
    result = _Document(triples).text()
    if set(_canonical(result)) != set(triples):
        raise CannotFormat("the formatted text would not hold the same triples")
    return result


def _canonical(text: str) -> list[Triple]:
    """The triples, blank nodes named by their place in the graph and not by chance."""
    try:
        dataset = Dataset(parse(text, format=RdfFormat.TURTLE, base_iri=BASE))
    except SyntaxError as error:
        raise CannotFormat(f"line {error.lineno}: {error.msg}") from error
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return [quad.triple for quad in dataset]


class _Document:
    """A graph on its way to becoming text; remembers which prefixes that text uses."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.objects: dict[Resource, dict[NamedNode, list[Term]]] = defaultdict(dict)
        self.prefixes: set[str] = set()
        references: Counter[Term] = Counter()
        for triple in triples:
            if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
                raise CannotFormat("triples about triples have no layout here")
            self.objects[triple.subject].setdefault(triple.predicate, []).append(triple.object)
            references[triple.object] += 1
        self.nested = {node for node, count in references.items() if count == 1 and _is_blank(node)}
        self.named_blanks = {
            node for node, count in references.items() if count > 1 and _is_blank(node)
        }
        in_circles = set(self.objects) - self._reachable()
        self.nested -= in_circles
        self.named_blanks |= in_circles

    def _reachable(self) -> set[Term]:
        """Every node that is written somewhere: roots, and what is nested below them."""
        waiting: list[Term] = [node for node in self.objects if node not in self.nested]
        reached: set[Term] = set(waiting)
        while waiting:
            node = waiting.pop()
            if isinstance(node, NamedNode | BlankNode) and node in self.objects:
                below = {o for objects in self.objects[node].values() for o in objects}
                new = (below & self.nested) - reached
                reached |= new
                waiting.extend(new)
        return reached

    def text(self) -> str:
        roots = sorted((node for node in self.objects if node not in self.nested), key=self._order)
        blocks = [self._block(node) for node in roots]
        unlabelled = sorted(block for block in blocks if block.startswith("[]"))
        blocks = [block for block in blocks if not block.startswith("[]")] + unlabelled
        prefixes = [f"@prefix {name}: <{NAMESPACES[name]}> ." for name in sorted(self.prefixes)]
        return "\n\n".join(["\n".join(prefixes)] * bool(prefixes) + blocks) + "\n"

    def _order(self, node: Resource) -> tuple[bool, bool, str]:
        header = ONTOLOGY in self.objects[node].get(A, [])
        return (not header, isinstance(node, BlankNode), node.value)

    def _block(self, node: Resource) -> str:
        if isinstance(node, NamedNode):
            subject = self._iri(node)
        else:
            subject = f"_:{node.value}" if node in self.named_blanks else "[]"
        return "\n".join([subject, *self._statements(node, INDENT), "."])

    def _statements(self, node: Resource, indent: str) -> list[str]:
        lines = [
            self._statement(predicate, objects, indent)
            for predicate, objects in self.objects[node].items()
        ]
        return [line for _, line in sorted(lines)]

    def _statement(
        self, predicate: NamedNode, objects: list[Term], indent: str
    ) -> tuple[tuple[bool, str], str]:
        name = "a" if predicate == A else self._iri(predicate)
        texts = [text for _, text in sorted((_language(o), self._term(o, indent)) for o in objects)]
        line = f"{indent}{name} {', '.join(texts)} ;"
        if len(texts) > 1 and ("\n" in line or _columns(line) > WIDTH):
            deeper = indent + INDENT
            texts = [
                text for _, text in sorted((_language(o), self._term(o, deeper)) for o in objects)
            ]
            line = f"{indent}{name}\n" + ",\n".join(deeper + text for text in texts) + " ;"
        return (predicate != A, name), line

    def _term(self, term: Term, indent: str) -> str:
        if isinstance(term, Literal):
            return self._literal(term)
        if term == NIL:
            return "()"
        if isinstance(term, NamedNode):
            return self._iri(term)
        if not isinstance(term, BlankNode):
            raise CannotFormat("triples about triples have no layout here")
        if term not in self.nested:
            return f"_:{term.value}"
        if term not in self.objects:
            return "[]"
        deeper = indent + INDENT
        if (items := self._list(term)) is not None:
            texts = [self._term(item, deeper) for item in items]
            short = f"( {' '.join(texts)} )"
            if "\n" not in short and len(indent) + _columns(short) <= WIDTH - 20:
                return short
            return "(\n" + "".join(f"{deeper}{text}\n" for text in texts) + f"{indent})"
        return "[\n" + "\n".join(self._statements(term, deeper)) + f"\n{indent}]"

    def _list(self, node: BlankNode) -> list[Term] | None:
        """The members when the node begins a list that `( … )` can say, else None."""
        members: list[Term] = []
        rest: Term = node
        while rest != NIL:
            if not isinstance(rest, BlankNode) or rest not in self.nested:
                return None
            cell = self.objects.get(rest, {})
            if set(cell) != {FIRST, REST} or any(len(values) != 1 for values in cell.values()):
                return None
            members.append(cell[FIRST][0])
            rest = cell[REST][0]
        return members

    def _iri(self, node: NamedNode) -> str:
        fits = [
            (len(namespace), prefix)
            for prefix, namespace in NAMESPACES.items()
            if node.value.startswith(namespace)
            and LOCAL_NAME.fullmatch(node.value[len(namespace) :])
        ]
        if not fits:
            return str(node)
        length, prefix = max(fits)
        self.prefixes.add(prefix)
        return f"{prefix}:{node.value[length:]}"

    def _literal(self, literal: Literal) -> str:
        bare = BARE.get(literal.datatype)
        if bare and bare.fullmatch(literal.value):
            return literal.value
        text = _quoted(literal.value)
        if literal.language:
            return f"{text}@{literal.language}"
        if literal.datatype == iri("xsd", "string"):
            return text
        return f"{text}^^{self._iri(literal.datatype)}"


def _is_blank(node: Term) -> bool:
    return isinstance(node, BlankNode)


def _language(term: Term) -> tuple[bool, str]:
    """Chinese first, as the sources are; then English and the others by their tag."""
    language = (term.language or "") if isinstance(term, Literal) else ""
    return (not language.startswith("zh"), language)


def _columns(text: str) -> int:
    """The width on a screen, where a Chinese character takes two columns."""
    return sum(2 if "⺀" <= character <= "￠" else 1 for character in text)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("\r", "\\r")
    if "\n" not in value:
        return '"' + escaped.replace('"', '\\"').replace("\t", "\\t") + '"'
    return '"""' + re.sub(r'"(?="|\Z)', '\\"', escaped) + '"""'


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 when all is well, 1 when a file is not in the layout, 2 when one is refused."""
    parser = argparse.ArgumentParser(description="Lay out Turtle files in the one way we use.")
    parser.add_argument("--check", action="store_true", help="change nothing, say what would")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    changed, refused = [], False
    for path in options.files:
        try:
            text = path.read_text(encoding="utf-8")
            formatted = format_turtle(text)
        except (CannotFormat, OSError, UnicodeDecodeError) as error:
            print(f"{path}: left as it was: {error}", file=sys.stderr)
            refused = True
            continue
        if formatted != text:
            changed.append(path)
            if not options.check:
                path.write_text(formatted, encoding="utf-8")
    for path in changed:
        print(f"{path}: {'not in the layout' if options.check else 'formatted'}")
    if changed and options.check:
        print("Cure: make format")
    return 2 if refused else int(bool(changed) and options.check)


if __name__ == "__main__":
    sys.exit(main())
