"""Statistics of an item: published figures, a calculation by hand, and what makes a key doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

import pytest

from quizapp.domain import item_statistics
from quizapp.domain.item_statistics import Answer, Flag, ItemCounts, ItemStatistics, statistics
from quizapp.domain.item_types import ITEM_TYPES

#: Law School Admission Test, section 6: how many of 1,000 gave each pattern of right and wrong, counted in
#: binary from 00000 to 11111 (Bock and Lieberman 1970, Psychometrika 35, 179-197).
LSAT = (3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15, 10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11,
        61, 28, 298)  # fmt: skip
RIGHT = (924, 709, 553, 763, 870)
#: Corrected item-total correlations as programs for item analysis print them.
CORRELATIONS = ("0.1128", "0.1532", "0.1728", "0.1444", "0.1216")


def lsat(item: int, patterns: Iterable[int] = range(32)) -> ItemCounts:
    told = ItemCounts()
    for number in patterns:
        marks = [int(digit) for digit in f"{number:05b}"]
        answer = Answer(("key" if marks[item] else "other",), bool(marks[item]), sum(marks) - marks[item], 4)
        if LSAT[number]:
            told.answers[answer] += LSAT[number]
    return told


def test_the_published_table_is_reproduced_also_from_counts_that_were_merged() -> None:
    for item in range(5):
        told = statistics(lsat(item), {"key": True, "other": False})
        assert (told.n, told.difficulty) == (1000, Fraction(RIGHT[item], 1000))
        assert f"{told.correlation:.4f}" == CORRELATIONS[item]
        assert told.flags == ()
        parts = [lsat(item, range(start, 32, 3)) for start in range(3)]
        assert parts[2] + parts[0] + parts[1] == lsat(item)


def by_hand(**seconds: int) -> ItemCounts:
    """Thirty answers beside two others: 18 chose k, 8 d, 3 e, one nothing."""
    rows = {"k": (2, 4, 12), "d": (4, 3, 1), "e": (2, 1, 0)}
    told = ItemCounts(seconds=Counter({int(name[1:]): n for name, n in seconds.items()}))
    for choice, counts in rows.items():
        for right, n in enumerate(counts):
            if n:
                told.answers[Answer((choice,), choice == "k", right, 2)] += n
    told.answers[Answer((), False, 0, 2)] += 1
    return told


def choices(told: ItemStatistics) -> list[tuple[object, ...]]:
    return [
        (one.id, one.is_key, one.count, one.mean_rest, f"{one.correlation or 0:.4f}", one.is_suspect)
        for one in told.choices
    ]


def test_a_calculation_by_hand() -> None:
    """Sum of rest scores 34, of squares 60: 30 * 60 - 34^2 = 644. Key: 30 * 28 - 18 * 34 = 228 of
    sqrt(18 * 12 * 644) = 372.97, so .6113; d: 30 * 5 - 8 * 34 = -122 of sqrt(8 * 22 * 644), so -.3624;
    e: 30 - 3 * 34 = -72 of sqrt(3 * 27 * 644), so -.3152."""
    told = statistics(by_hand(s1=10, s4=10, s9=10), {"k": True, "d": False, "e": False, "f": False})
    assert (told.difficulty, f"{told.correlation:.4f}") == (Fraction(3, 5), "0.6113")
    # atanh(.6113) = .7110; 1.96 / sqrt(27) = .3772; tanh(.7110 - .3772), tanh(.7110 + .3772).
    assert told.interval == pytest.approx((0.3220, 0.7962), abs=5e-5)
    assert choices(told) == [
        ("k", True, 18, Fraction(7, 9), "0.6113", False),
        ("d", False, 8, Fraction(5, 16), "-0.3624", False),
        ("e", False, 3, Fraction(1, 6), "-0.3152", False),
        ("f", False, 0, None, "0.0000", False),
    ]
    assert (told.unanswered, told.median_seconds, told.flags) == (1, 4, ())


def test_a_key_is_doubtful_when_the_stronger_chose_something_else() -> None:
    wrong_key = statistics(by_hand(), {"k": False, "d": True, "e": False})
    assert [one.id for one in wrong_key.suspects] == ["k"]
    assert wrong_key.flags == (Flag.MISKEY,)
    answers = by_hand().answers
    turned = ItemCounts(Counter({a._replace(is_right="d" in a.choices): n for a, n in answers.items()}))
    assert statistics(turned, {"k": False, "d": True}).flags == (Flag.MISKEY, Flag.BACKWARDS)


def test_of_several_keys_each_stands_alone() -> None:
    told = ItemCounts(
        Counter(
            {
                Answer(("a", "b"), True, 8, 10): 20,
                Answer(("a", "c"), False, 9, 10): 6,
                Answer(("c",), False, 6, 10): 1,
                Answer(("b",), False, 3, 10): 8,
                Answer(("b",), False, 4, 10): 8,
            }
        )
    )
    found = statistics(told, {"a": True, "b": True, "c": False})
    assert [one.id for one in found.suspects] == ["b", "c"]
    assert (found.flags, found.unanswered) == ((Flag.MISKEY,), 0)


def test_what_was_typed_alike_is_told_when_several_did() -> None:
    typed = Counter(
        {
            Answer(("tender",), True, 3, 10): 12,
            Answer(("Tender",), True, 2, 10): 6,
            Answer(("price request",), False, 9, 10): 9,
            Answer(("price request",), False, 8, 10): 2,
            Answer(("my name is Ann",), False, 5, 10): 4,
        }
    )
    found = statistics(ItemCounts(typed), {})
    assert [(one.id, one.is_key, one.count, one.is_suspect) for one in found.choices] == [
        ("tender", True, 12, False),
        ("price request", False, 11, True),
        ("Tender", True, 6, False),
    ]


def test_too_few_answers_and_answers_all_alike_say_nothing() -> None:
    few = by_hand()
    few.answers[Answer((), False, 0, 2)] -= 1
    assert (statistics(few, {"k": True}), statistics(few, {"k": True}).is_suppressed) == (
        ItemStatistics(29),
        True,
    )
    alike = statistics(ItemCounts(Counter({Answer(("k",), True, 0, 0): 30})), {"k": True, "d": False})
    assert (alike.difficulty, alike.correlation, alike.interval, alike.flags) == (1, None, None, ())
    assert [item_statistics.median(Counter(told)) for told in ({}, {3: 1}, {1: 1, 2: 1, 9: 2})] == [
        None, 3, Fraction(11, 2),
    ]  # fmt: skip
    assert item_statistics.interval(1.0, 40) is None


@pytest.mark.parametrize(
    ("response", "chosen"),
    [
        (None, ()),
        ({"choice": "b"}, ("b",)),
        ({"choices": ["c", "a"]}, ("a", "c")),
        ({"number": "12"}, ("12",)),
        ({"text": "a price"}, ("a price",)),
        ({"ranks": {"a": 1}}, ()),
        ({"pairs": {"p": "a"}}, ()),
    ],
)
def test_what_a_response_chose(response, chosen) -> None:
    assert item_statistics.choices_of(response) == chosen


def test_every_type_says_what_it_offers_or_nothing() -> None:
    told = {name: item_statistics.offered(*kind.split(kind.example())) for name, kind in ITEM_TYPES.items()}
    assert {name for name, options in told.items() if options} == {
        "single_choice", "multiple_response", "true_false", "hotspot",
    }  # fmt: skip
