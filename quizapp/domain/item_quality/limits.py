"""How much of each fault a bank may hold before `quizapp bank check` says no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

#: rule -> share of the bank's items that may break it. What is missing here may not be broken at all:
#: it is a plain fault, while these are signs that one item out of many may show for a good reason.
LINT_SHARES: Mapping[str, Fraction] = {
    "absolute_word": Fraction(4, 100),
    "negative_stem": Fraction(1, 100),
    "length_outlier": Fraction(3, 100),
    "grammatical_cue": Fraction(1, 100),
    "stem_echo": Fraction(2, 100),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of a check; shares of 1.

    ``cue_p`` is the Holm-corrected p-value below which a cue counts as leaking. The model's
    accuracy may exceed chance by ``model_excess``, its upper 95 % bound by ``model_bound``;
    the bound is asked of groups of ``model_items`` and more, since fewer cannot meet it by size
    alone. A smaller group fails when even its lower bound is above chance.
    """

    lint_shares: Mapping[str, Fraction] = field(default_factory=lambda: LINT_SHARES)
    cue_p: float = 0.05
    model_excess: float = 0.03
    model_bound: float = 0.06
    model_items: int = 600
    place_p: float = 0.01
    must_cover: bool = False


LIMITS = Limits()
