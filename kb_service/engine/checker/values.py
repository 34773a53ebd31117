"""What an expression gives: of what type, and whether it may be an error and so nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rdflib import Literal, URIRef, Variable

from kb_service.engine.checker.algebra import Call, Exists, Expression, conjuncts, variables
from kb_service.vocabulary import iri

IRI, TEXT, NUMBER, TRUTH, OTHER = "IRI", "text", "number", "truth", "other"
"""What a value is; OTHER where nobody declares it, which is taken to be what is needed."""

_NUMERIC = frozenset(iri("xsd", n).value for n in ("decimal", "integer", "double", "float"))
_STRING = iri("xsd", "string").value
_BOOLEAN = iri("xsd", "boolean").value
_ARITHMETIC = {"+", "-", "*", "/", "ABS", "CEIL", "FLOOR", "ROUND"}
_OF_DATES = {"YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS"}
_OF_TEXTS = {"CONCAT", "STRAFTER", "STRBEFORE", "UCASE", "LCASE", "SUBSTR", "REPLACE"}
_OF_TEXTS |= {"ENCODE_FOR_URI", "STRLEN", "CONTAINS", "STRSTARTS", "STRENDS", "REGEX"}
_GIVES = {
    **dict.fromkeys(_ARITHMETIC | _OF_DATES | {"STRLEN", "COUNT", "SUM", "AVG"}, NUMBER),
    **dict.fromkeys(_OF_TEXTS | {"STR", "LANG"}, TEXT),
    **dict.fromkeys({"IRI", "URI", "DATATYPE"}, IRI),
    **dict.fromkeys({"=", "!=", "<", ">", "<=", ">=", "IN", "NOT IN", "&&", "||", "!"}, TRUTH),
    **dict.fromkeys({"CONTAINS", "STRSTARTS", "STRENDS", "REGEX", "BOUND", "SAMETERM"}, TRUTH),
    **dict.fromkeys({"ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC"}, TRUTH),
}


@dataclass(frozen=True)
class Known:
    """What holds of variables where an expression is computed.

    `bound` have a value in every solution, `nonzero` are not nought in any that is kept, `types`
    says what the values are.
    """

    bound: frozenset[Variable] = frozenset()
    nonzero: frozenset[Expression] = frozenset()
    types: Mapping[Variable, str] = field(default_factory=dict)

    def given(self, condition: Expression) -> Known:
        """What is known where a condition holds."""
        return Known(
            self.bound | implied(condition), self.nonzero | not_nought(condition), self.types
        )


def type_of(value: Expression, types: Mapping[Variable, str]) -> str:
    """What a value is, as far as it can be told."""
    if isinstance(value, Variable):
        return types.get(value, OTHER)
    if isinstance(value, URIRef):
        return IRI
    if isinstance(value, Literal):
        return _type_of_literal(value)
    if isinstance(value, Exists):
        return TRUTH
    if value.name in ("IF", "COALESCE", "MIN", "MAX", "SAMPLE"):
        choices = value.arguments[1:] if value.name == "IF" else value.arguments
        found = {type_of(choice, types) for choice in choices}
        return found.pop() if len(found) == 1 else OTHER
    return _GIVES.get(value.name, _type_of_datatype(value.name))


def _type_of_literal(value: Literal) -> str:
    return TEXT if value.datatype is None else _type_of_datatype(str(value.datatype))


def _type_of_datatype(name: str) -> str:
    if name in _NUMERIC:
        return NUMBER
    return {_STRING: TEXT, _BOOLEAN: TRUTH}.get(name, OTHER)


def fault_of(value: Expression, known: Known) -> Expression | None:
    """The first part of an expression that may be an error or have no value; None if none may."""
    if isinstance(value, Variable):
        return None if value in known.bound else value
    if not isinstance(value, Call):
        return None
    match value.name:
        case "BOUND":
            return None
        case "COALESCE":
            faults = [fault_of(each, known) for each in value.arguments]
            return None if None in faults else faults[-1]
        case "IF":
            return _fault_of_if(value, known)
        case "COUNT" | "SAMPLE":
            return None
    for each in value.arguments:
        if (fault := fault_of(each, known)) is not None:
            return fault
    return value if _is_mistyped(value, known) or _may_divide_by_nought(value, known) else None


def _fault_of_if(value: Call, known: Known) -> Expression | None:
    condition, then, otherwise = value.arguments
    denied = Call("!", (condition,))
    for each, where in (
        (condition, known),
        (then, known.given(condition)),
        (otherwise, known.given(denied)),
    ):
        if (fault := fault_of(each, where)) is not None:
            return fault
    return None


def _is_mistyped(value: Call, known: Known) -> bool:
    needed = ""
    if value.name in _ARITHMETIC | {"SUM", "AVG"}:
        needed = NUMBER
    elif value.name in _OF_TEXTS:
        needed = TEXT
    of_interest = value.arguments[:1] if value.name == "SUBSTR" else value.arguments
    return bool(needed) and any(
        type_of(each, known.types) not in (needed, OTHER) for each in of_interest
    )


def _may_divide_by_nought(value: Call, known: Known) -> bool:
    if value.name != "/":
        return False
    divisor = value.arguments[1]
    if isinstance(divisor, Literal):
        return bool(divisor.value == 0)
    return divisor not in known.nonzero


def implied(condition: Expression) -> frozenset[Variable]:
    """The variables that have a value wherever a condition holds."""
    if isinstance(condition, Variable):
        return frozenset([condition])
    if not isinstance(condition, Call):
        return frozenset()
    match condition.name:
        case "&&":
            return frozenset[Variable]().union(*map(implied, condition.arguments))
        case "||":
            return frozenset.intersection(*map(implied, condition.arguments))
        case "COALESCE" | "IF":
            return frozenset()
        case "!":
            return _implied_by_denial(condition.arguments[0])
        case "BOUND":
            return variables(condition)
    return frozenset[Variable]().union(*map(implied, condition.arguments))


def _implied_by_denial(denied: Expression) -> frozenset[Variable]:
    """The variables that have a value wherever a condition does not hold and is no error."""
    if isinstance(denied, Call) and denied.name in ("||", "&&"):
        sides = [_implied_by_denial(each) for each in denied.arguments]
        if denied.name == "||":
            return frozenset[Variable]().union(*sides)
        return frozenset.intersection(*sides)
    if isinstance(denied, Call) and denied.name == "BOUND":
        return frozenset()
    if isinstance(denied, Call) and denied.name == "!":
        return implied(denied.arguments[0])
    return implied(denied)


def not_nought(condition: Expression) -> frozenset[Expression]:
    """What is not nought wherever a condition holds: `?x > 0`, `?x != 0`, `0 < ?x` and the like."""
    found: set[Expression] = set()
    for each in conjuncts(condition):
        if isinstance(each, Call) and each.name == "!" and isinstance(each.arguments[0], Call):
            denied = each.arguments[0]
            if denied.name == "=":
                found |= _beside_nought(denied)
        elif isinstance(each, Call) and each.name in ("!=", ">", "<"):
            found |= _beside_nought(each)
    return frozenset(found)


def _beside_nought(comparison: Call) -> set[Expression]:
    left, right = comparison.arguments
    return {
        one
        for one, other in ((left, right), (right, left))
        if isinstance(other, Literal) and other.value == 0
    }
