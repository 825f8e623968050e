"""What an item type is: a name, a handful of pure functions, and the values they exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeAlias

from quizapp.domain.errors import Problem

Source: TypeAlias = Mapping[str, Any]
"""The author's form of one item, as written in a bank file."""
Content: TypeAlias = Mapping[str, Any]
"""The public half: everything a learner may see while the attempt is open."""
Key: TypeAlias = Mapping[str, Any]
"""The secret half: correct answers, scoring policy, rationales."""
Response: TypeAlias = Mapping[str, Any]
"""A canonical, JSON-able response; None stands for unanswered."""
Fields: TypeAlias = Mapping[str, Sequence[str]]
"""Submitted form fields, every value of a repeated field kept."""
Order: TypeAlias = Callable[[str, Sequence[str]], list[str]]
"""(label, ids) -> the same ids in the order of this form; deterministic."""

MAXIMUM = Fraction(1)
ITEM_RATIONALE = "item"
"""Where `rationales` keeps the reason for the whole item."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Points of one item. `is_right` only for full marks: task evidence knows no half right."""

    points: Fraction
    maximum: Fraction
    is_right: bool


@dataclass(frozen=True, slots=True)
class Marking:
    """What one person gave a response under a rubric: whole points by criterion.

    ``marker`` tells people apart and may be no name. An adjudication settles what two could not agree on.
    """

    marker: str
    levels: Mapping[str, int]
    is_adjudication: bool = False


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One option, prompt or accepted answer, as a result page shows it.

    `given` and `expected` are what the learner entered and what the key holds
    where a row is more than chosen or not: a position, a matched text, a number.
    `letter` is the letter or number that the form shows beside the row.
    """

    id: str
    text: str = ""
    letter: str = ""
    chosen: bool = False
    is_key: bool = False
    is_right: bool = False
    given: str = ""
    expected: str = ""
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """One marked item for a result page. Holds the key: never build one for an open attempt.

    `text` is what a type has to be read below its stem, and `picture` what to be looked at; rows refer
    to both by letter or number.
    """

    type: str
    stem: str
    mark: Mark
    is_answered: bool
    rows: tuple[ReviewRow, ...]
    rationale: str = ""
    given: str = ""
    unit: str = ""
    tolerance: str = ""
    text: str = ""
    picture: Mapping[str, Any] | None = None


class Describe(Protocol):
    """`order` repeats the arrangement the learner saw; left out, options come as stored."""

    def __call__(
        self, content: Content, key: Key, response: Response | None, order: Order = ...
    ) -> Review: ...


def unchanged(content: Content, _order: Order) -> Content:
    """What settles nothing: every form asks the same."""
    return content


@dataclass(frozen=True, slots=True)
class ItemType:
    """One item type. Every function is pure; `check` and below expect what `split` returned.

    source_fields  top-level fields of the author's form that belong to the type
    split          author's form -> (content, key); never raises, `check` tells what was wrong
    join           the exact inverse of split for a source without problems
    check          every problem at once, in the order of the author's form
    present        what the learner sees; no part of the key
    parse          form fields -> canonical response, None when unanswered
    accept         the same for a response that is JSON already; repeats change nothing
                   (both raise DomainError "bad_response" for what no page can have sent)
    is_complete    False also for a response that is only begun
    mark           total: a stored response never makes it raise
    rekey          the key under which a complete response is right; policy and rationales stay
    describe       marked item with key and rationales, for result pages
    example        a valid item in the author's form
    settle         the content as one form asks it, where forms differ in more than arrangement;
                   settling twice changes nothing
    award          for types that people mark: the mark after their markings, None while it waits;
                   `mark` then says nothing, and no answer can be made right by a regrade
    """

    name: str
    source_fields: frozenset[str]
    split: Callable[[Source], tuple[dict[str, Any], dict[str, Any]]]
    join: Callable[[Content, Key], dict[str, Any]]
    check: Callable[[Content, Key], list[Problem]]
    present: Callable[[Content, Order], dict[str, Any]]
    parse: Callable[[Content, Fields], dict[str, Any] | None]
    accept: Callable[[Content, object], dict[str, Any] | None]
    is_complete: Callable[[Content, Response | None], bool]
    mark: Callable[[Key, Content, Response | None], Mark]
    rekey: Callable[[Key, Response], dict[str, Any]]
    describe: Describe
    example: Callable[[], dict[str, Any]]
    settle: Callable[[Content, Order], Content] = unchanged
    award: Callable[[Key, Content, Response | None, Sequence[Marking]], Mark | None] | None = None


def as_stored(_label: str, ids: Sequence[str]) -> list[str]:
    """The Order that changes nothing."""
    return list(ids)
