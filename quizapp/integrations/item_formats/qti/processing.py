"""Response processing, carried out: what a file itself pays for a response.

With it the reader finds the policy under which we pay the same, and says where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from quizapp.integrations.item_formats.qti.expressions import EXPRESSIONS, Unread, alike
from quizapp.integrations.item_formats.qti.names import Element, attribute, child, children, name, text_of
from quizapp.integrations.item_formats.qti.values import Declared, Value, by_identifier, scalar

SCORE = "SCORE"
#: Steps of one run; a real item takes a few dozen.
MOST_STEPS = 20_000


class _Exit(Exception):
    """The file says that processing ends here."""


class Processing:
    """The response processing of one item, to be carried out for many responses."""

    def __init__(self, item: Element) -> None:
        self.responses = by_identifier(children(item, "response-declaration"))
        self.outcomes = by_identifier(children(item, "outcome-declaration"))
        self._element = child(item, "response-processing")

    def __call__(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """The outcomes for responses by identifier; raises `Unread`."""
        if self._element is None:
            raise Unread("response-processing")
        run = _Run(self, given)
        try:
            self._carry_out(run, self._element)
        except _Exit:
            pass
        except (TypeError, OverflowError, ZeroDivisionError, IndexError) as error:
            raise Unread("response-processing") from error
        return run.outcomes

    def _carry_out(self, run: _Run, element: Element) -> None:
        template = attribute(element, "template") or attribute(element, "template-location")
        rules = children(element)
        if rules or not template:
            run.rules(rules)
        else:
            run.template(template.rstrip("/").rpartition("/")[2].removesuffix(".xml"))


class _Run:
    def __init__(self, processing: Processing, given: Mapping[str, Value]) -> None:
        self._responses = given
        self._declared = processing.responses
        self._outcome_types = processing.outcomes
        self.outcomes = {key: _start(one) for key, one in processing.outcomes.items()}
        self._steps = 0

    def rules(self, rules: Sequence[Element]) -> None:
        for rule in rules:
            self._step()
            match name(rule):
                case "response-condition":
                    self._condition(rule)
                case "set-outcome-value":
                    self._set(attribute(rule, "identifier"), self.value(children(rule)[0]))
                case "response-processing-fragment":
                    self.rules(children(rule))
                case "exit-response":
                    raise _Exit
                case unknown:
                    raise Unread(unknown)

    def template(self, told: str) -> None:
        """The templates of the specification; each speaks of RESPONSE and SCORE."""
        response, declared = self._responses.get("RESPONSE"), self._declared.get("RESPONSE")
        if declared is None:
            raise Unread(told)
        if told.startswith("match_correct") or told == "CC2_match_basic":
            self._set(SCORE, float(alike(response, declared.correct)))
        elif told.startswith("map_response") and not told.startswith("map_response_point"):
            self._set(SCORE, _mapped(declared, response))
        else:
            raise Unread(told)

    def _condition(self, rule: Element) -> None:
        for branch in children(rule):
            inner = children(branch)
            if name(branch) == "response-else":
                self.rules(inner)
                return
            if self.value(inner[0]) is True:
                self.rules(inner[1:])
                return

    def _set(self, identifier: str, value: Value) -> None:
        declared = self._outcome_types.get(identifier)
        if declared and declared.base_type == "integer" and isinstance(value, float):
            value = float(math.floor(value))
        self.outcomes[identifier] = value

    def value(self, element: Element) -> Value:
        """What an expression is worth."""
        self._step()
        kind = name(element)
        if kind in LEAVES:
            return LEAVES[kind](self, element)
        if kind in EXPRESSIONS:
            return EXPRESSIONS[kind](element, [self.value(inner) for inner in children(element)])
        raise Unread(kind)

    def variable(self, element: Element) -> Value:
        identifier = attribute(element, "identifier")
        if identifier in self._declared:
            return self._responses.get(identifier)
        if identifier in self.outcomes:
            return self.outcomes[identifier]
        raise Unread(f"variable {identifier}")

    def correct(self, element: Element) -> Value:
        return self._response(element).correct

    def default(self, element: Element) -> Value:
        identifier = attribute(element, "identifier")
        declared = self._outcome_types.get(identifier) or self._declared.get(identifier)
        return declared.default if declared else None

    def mapped(self, element: Element) -> Value:
        declared = self._response(element)
        return _mapped(declared, self._responses.get(declared.identifier))

    def _response(self, element: Element) -> Declared:
        try:
            return self._declared[attribute(element, "identifier")]
        except KeyError:
            raise Unread(f"variable {attribute(element, 'identifier')}") from None

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Unread("response-processing")


def _start(declared: Declared) -> Value:
    if declared.default is None and declared.cardinality == "single":
        return 0.0 if declared.base_type in ("float", "integer") else None
    return declared.default


def _mapped(declared: Declared, response: Value) -> float:
    if declared.mapping is None:
        raise Unread("mapping")
    return declared.mapping.sum_of(response, declared.base_type)


def _base_value(_run: _Run, element: Element) -> Value:
    return scalar(text_of(element), attribute(element, "base-type"))


LEAVES: Mapping[str, Callable[[_Run, Element], Value]] = {
    "variable": _Run.variable,
    "correct": _Run.correct,
    "default": _Run.default,
    "map-response": _Run.mapped,
    "base-value": _base_value,
    "null": lambda _run, _element: None,
}
