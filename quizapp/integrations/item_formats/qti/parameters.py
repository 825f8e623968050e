"""Numbers reckoned from others: template variables, drawn anew each time, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from quizapp.domain.item import ItemVersion
from quizapp.domain.item_types import expression, variants
from quizapp.domain.item_types.expression import Node
from quizapp.integrations.item_formats.qti import entries
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.markup import Markup
from quizapp.integrations.item_formats.qti.names import (
    Element,
    attribute,
    child,
    children,
    name,
    text_of,
)
from quizapp.integrations.item_formats.qti.reports import Refusal
from quizapp.integrations.item_formats.qti.scoring import RESPONSE, Question, Rules, declaration

DECLARATION, PROCESSING = "template-declaration", "template-processing"
TO_FLOAT = "integer-to-float"
SET, SET_CORRECT = "set-template-value", "set-correct-response"
OPERATORS = {"+": "sum", "-": "subtract", "*": "product", "/": "divide", "^": "power"}
#: Functions that QTI has under a name of its own.
NAMED = {"max": "max", "min": "min"}
_SIGNS = {operator: sign for sign, operator in OPERATORS.items()}
#: How tightly a sign binds; what binds less needs brackets.
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_NEGATIVE, _ATOM = 3, 5
_PAIR = 2
_HALF = Fraction(1, 2)


def write(markup: Markup, item: ItemVersion) -> Question:
    """A text entry; the ranges and the formula as template processing."""
    key: Mapping[str, Any] = item.key
    make, rules = markup.make, Rules(markup.make)
    ranges = _ranges(key["parameters"])
    markup.printed = {one.name: f"%.{one.places}f" for one in ranges}
    declared = [_declared(markup, one) for one in ranges]
    told = [make(SET, {"identifier": one.name}, _drawn(rules, one)) for one in ranges]
    answer = formula(rules, expression.parse(key["expression"]))
    told.append(make(SET_CORRECT, {"identifier": RESPONSE}, answer))
    response = declaration(make, "single", "float", ())
    return Question(
        [response],
        entries.line(markup, item),
        [rules.all_or_nothing(entries.is_near(rules, key))],
        template=(*declared, make(PROCESSING, None, *told)),
    )


def lacks(item: ItemVersion) -> str:
    """Why an item cannot go out: a number of decimals that is itself reckoned."""
    parsed = expression.parse(str(item.key["expression"]))
    return "" if _is_writable(parsed) else "QTI rounds to a fixed number of decimals; it is left out"


def _is_writable(node: Node) -> bool:
    if node.head == "round" and len(node.parts) > 1 and not isinstance(node.parts[1].head, Fraction):
        return False
    return all(_is_writable(part) for part in node.parts)


def _ranges(parameters: Sequence[Mapping[str, str]]) -> list[variants.Range]:
    told = (variants.read_range(row["name"], row["from"], row["to"], row["step"]) for row in parameters)
    return [one for one in told if one is not None]


def _declared(markup: Markup, one: variants.Range) -> Element:
    # Whole numbers as well: the two kinds of numbers cannot be assigned to each other.
    return markup.make(DECLARATION, {"identifier": one.name, "cardinality": "single", "base-type": "float"})


def _drawn(rules: Rules, one: variants.Range) -> Element:
    """A whole number by itself; any other as so many steps from the first."""
    if one.places == 0:
        last = one.first + one.step * (one.count - 1)
        return _integer(rules, str(one.first), str(last), str(one.step))
    steps = _integer(rules, "0", str(one.count - 1), "1")
    width = rules.call("product", steps, rules.base("float", _decimal(one.step)))
    return rules.call("sum", rules.base("float", _decimal(one.first)), width)


def _integer(rules: Rules, first: str, last: str, step: str) -> Element:
    return rules.call(TO_FLOAT, rules.call("random-integer", min=first, max=last, step=step))


def _decimal(value: Fraction) -> str:
    told = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return told.rstrip("0").rstrip(".") if "." in told else told


def formula(rules: Rules, node: Node) -> Element:
    """A formula as expressions of QTI."""
    head = node.head
    if isinstance(head, Fraction):
        return _number(rules, head)
    if not node.parts:
        return rules.variable(head)
    if head == "round":
        places = node.parts[1].head if len(node.parts) > 1 else 0
        told = {"rounding_mode": "decimalPlaces", "figures": str(places)}
        return rules.call("round-to", formula(rules, node.parts[0]), **told)
    parts = [formula(rules, part) for part in node.parts]
    match head:
        case "negative":
            return rules.call("product", _number(rules, Fraction(-1)), *parts)
        case "abs":
            return rules.call("math-operator", *parts, name="abs")
        case "sqrt":
            return rules.call("power", *parts, _number(rules, _HALF))
    return rules.call({**OPERATORS, **NAMED}[head], *parts)


def _number(rules: Rules, value: Fraction) -> Element:
    return rules.base("float", _decimal(value))


# --- reading ----------------------------------------------------------------------------


def has_template(root: Element) -> bool:
    """Whether an item is made anew from variables each time."""
    return child(root, DECLARATION) is not None or child(root, PROCESSING) is not None


def read(asked: Asked, interaction: Element) -> dict[str, Any]:
    """The author's form of a text entry whose number is reckoned; raises `Refusal`."""
    reader = _Reader(asked)
    asked.prose.names = reader.names
    stem, unit = entries.question(asked, interaction, is_number=True)
    answer = {"expression": reader.formula(), "tolerance": entries.tolerance(asked), "unit": unit}
    return {
        "type": "parametrised_numeric",
        "stem": stem,
        "parameters": reader.parameters,
        "answer": {part: text for part, text in answer.items() if text},
    }


class _Reader:
    """The template processing of one item: ranges first, then the formula of the answer."""

    def __init__(self, asked: Asked) -> None:
        declared = [attribute(one, "identifier") for one in children(asked.root, DECLARATION)]
        self.names = _names(asked, declared)
        processing = child(asked.root, PROCESSING)
        self._rules = [] if processing is None else children(processing)
        self.parameters = [self._parameter(rule) for rule in self._rules[:-1]]

    def formula(self) -> str:
        """The answer as a formula of ours; raises `Refusal`."""
        if not self._rules or name(self._rules[-1]) != SET_CORRECT:
            raise _unknown(PROCESSING)
        return self._text(_inner(self._rules[-1]))[0]

    def _parameter(self, rule: Element) -> dict[str, str]:
        if name(rule) != SET:
            raise _unknown(name(rule))
        first, step, count = _range(_inner(rule))
        told = {"from": first, "to": first + step * (count - 1), "step": step}
        written = {part: _decimal(value) for part, value in told.items()}
        return {"name": self.names.get(attribute(rule, "identifier"), ""), **written}

    def _text(self, element: Element) -> tuple[str, int]:
        """A formula as text, and how tightly its outermost sign binds."""
        element = _unwrapped(element)
        kind = name(element)
        if kind == "base-value":
            return _signed(text_of(element))
        if kind == "variable":
            return self._variable(element)
        if kind in _SIGNS:
            return self._signs(kind, children(element))
        parts = [self._text(part)[0] for part in children(element)]
        return f"{self._function(element, parts)}({', '.join(parts)})", _ATOM

    def _variable(self, element: Element) -> tuple[str, int]:
        identifier = attribute(element, "identifier")
        if identifier not in self.names:
            raise _unknown(f"variable {identifier}")
        return self.names[identifier], _ATOM

    def _function(self, element: Element, parts: list[str]) -> str:
        match name(element), attribute(element, "name"), attribute(element, "rounding-mode"):
            case ("math-operator", "abs", _):
                return "abs"
            case ("round", _, _):
                return "round"
            case ("round-to", _, "decimalPlaces"):
                figures = attribute(element, "figures")
                if figures != "0":
                    parts.append(figures)
                return "round"
            case (kind, _, _) if kind in NAMED:
                return kind
        raise _unknown(" ".join(filter(None, (name(element), attribute(element, "name")))))

    def _signs(self, kind: str, parts: Sequence[Element]) -> tuple[str, int]:
        sign = _SIGNS[kind]
        if kind == "power" and [_number_of(part) for part in parts[1:]] == [_HALF]:
            return f"sqrt({self._text(parts[0])[0]})", _ATOM
        if kind == "product" and len(parts) == _PAIR and _number_of(parts[0]) == -1:
            return f"-{self._held(parts[1], _NEGATIVE)}", _NEGATIVE
        binds = _BINDS[sign]
        # What follows has to bind tighter, so that a - (b - c) keeps its brackets; powers are the other way.
        first = self._held(parts[0], binds + (sign == "^"))
        others = [self._held(part, binds + (sign != "^")) for part in parts[1:]]
        return f" {sign} ".join([first, *others]), binds

    def _held(self, element: Element, least: int) -> str:
        text, binds = self._text(element)
        return text if binds >= least else f"({text})"


def _names(asked: Asked, declared: Sequence[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for place, identifier in enumerate(declared, start=1):
        wanted = identifier.lower().replace("-", "_").replace(".", "_")
        is_fit = variants.NAME.fullmatch(wanted) and wanted not in {*expression.FUNCTIONS, *told.values()}
        told[identifier] = wanted if is_fit else f"p{place}"
        if told[identifier] != identifier:
            asked.changes.add("parameters", identifier, "id_changed")
    return told


def _number_of(element: Element) -> Fraction | None:
    """A number written into the file; None for anything that is reckoned."""
    told = entries.plain(text_of(element)) if name(element) == "base-value" else None
    return None if told is None else Fraction(told)


def _inner(rule: Element) -> Element:
    found = children(rule)
    if len(found) != 1:
        raise _unknown(name(rule))
    return found[0]


def _unwrapped(element: Element) -> Element:
    """What a whole number is, where it is used as any other."""
    return _inner(element) if name(element) == TO_FLOAT else element


def _unknown(told: str) -> Refusal:
    return Refusal("file", told, "templates_not_supported")


def _range(element: Element) -> tuple[Fraction, Fraction, int]:
    """First, step and how many; raises `Refusal` for what is no range of steps."""
    element = _unwrapped(element)
    if name(element) == "random-integer":
        return _whole_range(element)
    parts = children(element)
    if name(element) != "sum" or [name(part) for part in parts] != ["base-value", "product"]:
        raise _unknown(name(element))
    factors = [_unwrapped(part) for part in children(parts[1])]
    if [name(part) for part in factors] != ["random-integer", "base-value"]:
        raise _unknown(name(element))
    first, step, count = _whole_range(factors[0])
    start, size = _fraction(text_of(parts[0])), _fraction(text_of(factors[1]))
    return start + first * size, step * size, count


def _whole_range(element: Element) -> tuple[Fraction, Fraction, int]:
    told = [attribute(element, part, usual) for part, usual in (("min", "0"), ("max", ""), ("step", "1"))]
    first, last, step = map(_fraction, told)
    if step <= 0 or last < first:
        raise _unknown("random-integer")
    return first, step, int((last - first) / step) + 1


def _fraction(text: str) -> Fraction:
    plain = entries.plain(text)
    if plain is None:
        raise _unknown(text)
    return Fraction(plain)


def _signed(text: str) -> tuple[str, int]:
    told = entries.plain(text)
    if told is None:
        raise _unknown(text)
    return told, _NEGATIVE if told.startswith("-") else _ATOM
