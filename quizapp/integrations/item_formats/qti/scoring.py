"""Response processing as the writer makes it, and the declarations it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from quizapp.integrations.item_formats.qti.names import Element, Maker

RESPONSE, SCORE, FEEDBACK = "RESPONSE", "SCORE", "FEEDBACK"
#: What shows the rationale of the whole item; no option may have this id.
WHOLE = "item"


@dataclass(frozen=True, slots=True)
class Question:
    """What one item type adds to an item's file.

    ``rules`` set SCORE once there is a response; ``shown`` are expressions of the identifiers whose
    feedback is then shown; ``reasons`` feedback that has no place inside the interaction; ``template``
    what is drawn anew each time; ``most`` the points, and ``score`` what more is declared of them.
    """

    declarations: Sequence[Element]
    body: Sequence[Element]
    rules: Sequence[Element]
    shown: Sequence[Element] = ()
    reasons: Sequence[Element] = ()
    template: Sequence[Element] = ()
    most: int = 1
    score: Mapping[str, str] = field(default_factory=dict)


class Rules:
    """Makes expressions and rules in one dialect."""

    def __init__(self, make: Maker) -> None:
        self._make = make

    def variable(self, identifier: str = RESPONSE) -> Element:
        """What a response or an outcome is now."""
        return self._make("variable", {"identifier": identifier})

    def correct(self, identifier: str = RESPONSE) -> Element:
        """The correct value of a response."""
        return self._make("correct", {"identifier": identifier})

    def base(self, base_type: str, value: str) -> Element:
        """A value written into the file."""
        return self._make("base-value", {"base-type": base_type}, value)

    def mapped(self, identifier: str = RESPONSE) -> Element:
        """What the mapping of a response says."""
        return self._make("map-response", {"identifier": identifier})

    def call(self, operator: str, *inner: Element, **attributes: str) -> Element:
        """An operator on expressions."""
        return self._make(
            operator, {key.replace("_", "-"): value for key, value in attributes.items()}, *inner
        )

    def set(self, identifier: str, value: Element) -> Element:
        """A rule that sets an outcome."""
        return self._make("set-outcome-value", {"identifier": identifier}, value)

    def score(self, value: Element) -> Element:
        """A rule that sets the points."""
        return self.set(SCORE, value)

    def divided(self, value: Element, parts: int) -> Element:
        """A share of the one point of every item."""
        return self.call("divide", value, self.base("float", str(parts)))

    def when(self, condition: Element, then: Iterable[Element], otherwise: Iterable[Element] = ()) -> Element:
        """A condition with one or two branches."""
        rule = self._make("response-condition", None, self._make("response-if", None, condition, *then))
        other = list(otherwise)
        if other:
            rule.append(self._make("response-else", None, *other))
        return rule

    def right_or_wrong(self) -> list[Element]:
        """One point for the correct response, none for any other."""
        return [self.all_or_nothing(self.call("match", self.variable(), self.correct()))]

    def all_or_nothing(self, condition: Element) -> Element:
        """One point when the condition holds."""
        full, none = self.base("float", "1"), self.base("float", "0")
        return self.when(condition, [self.score(full)], [self.score(none)])

    def processing(self, question: Question, has_reason: bool) -> Element:
        """All rules of an item: no response is worth nothing and shows nothing.

        ``has_reason`` says whether the whole item has a rationale.
        """
        rules = list(question.rules)
        shown = [*question.shown, *([self.base("identifier", WHOLE)] if has_reason else [])]
        if shown:
            rules.append(self.set(FEEDBACK, self.call("multiple", *shown)))
        nothing = [self.score(self.base("float", "0"))]
        missing = [
            self.call("is-null", self.variable(one.get("identifier"))) for one in question.declarations
        ]
        is_missing = missing[0] if len(missing) == 1 else self.call("and", *missing)
        return self._make("response-processing", None, self.when(is_missing, nothing, rules))


def declaration(
    make: Maker, cardinality: str, base_type: str, correct: Iterable[str], identifier: str = RESPONSE
) -> Element:
    """The declaration of a response; without ``correct`` nothing is, or it is reckoned."""
    values = [make("value", None, value) for value in correct]
    told = {"identifier": identifier, "cardinality": cardinality, "base-type": base_type}
    return make("response-declaration", told, *([make("correct-response", None, *values)] if values else []))


def mapping(make: Maker, worth: Mapping[str, int], bounds: Mapping[str, str] | None = None) -> Element:
    """What each value of the response is worth."""
    made = make("mapping", {**(bounds or {}), "default-value": "0"})
    for key, value in worth.items():
        made.append(make("map-entry", {"map-key": key, "mapped-value": str(value)}))
    return made
