"""Whether a bank gives its keys away: how often a guesser is right who knows only surface cues.

Chance is the mean over items of keys / options, that is 1 / options for single choice. A cue's
significance rests on the exact mean and variance of its hits when every option is as likely to be
a key as any other; many cues are looked at together, so their p-values are corrected after Holm
(1979). The model is a ridge regression over every measure at once, judged only on items it has
not learned from (10 folds, repeated), so that it cannot know more than the bank gives away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from quizapp.domain.item_quality.cues import CUES, MEASURES, Cue
from quizapp.domain.item_quality.reading import Reading

FOLDS = 10
REPEATS = 5
RIDGE = 10.0
#: Two-sided 95 %.
Z95 = 1.959963984540054
#: Leaky items that a report names.
WORST = 20

Matrix = list[list[float]]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of items guessed right, with its 95 % interval (Wilson 1927)."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CueRate:
    """One cue followed alone; ``p`` is one-sided and corrected for all cues of its group."""

    cue: str
    rate: Rate
    p: float


@dataclass(frozen=True, slots=True)
class GroupLeakage:
    """Items of one kind: every cue, the model, and the items the model is surest and right about."""

    group: str
    items: int
    chance: float
    cues: tuple[CueRate, ...]
    model: Rate
    worst: tuple[str, ...]

    @property
    def model_excess(self) -> float:
        """The model's accuracy above chance, as a share."""
        return self.model.accuracy - self.chance


def leakage(readings: Iterable[Reading]) -> tuple[GroupLeakage, ...]:
    """Single choice as a whole, then by number of options, then multiple response."""
    told = [reading for reading in readings if reading.is_choice]
    single = [reading for reading in told if reading.item.type == "single_choice"]
    groups = [("single_choice", single)]
    counts = sorted({len(reading.options) for reading in single})
    if len(counts) > 1:
        groups += [(f"single_choice_{n}", [r for r in single if len(r.options) == n]) for n in counts]
    groups.append(("multiple_response", [r for r in told if r.item.type == "multiple_response"]))
    return tuple(_group(name, members) for name, members in groups if members)


def _group(name: str, readings: Sequence[Reading]) -> GroupLeakage:
    n = len(readings)
    chance = sum(len(r.keys) / len(r.options) for r in readings) / n
    accuracy, worst = _model(readings)
    return GroupLeakage(name, n, chance, _cues(readings), wilson(accuracy, n), worst)


def _cues(readings: Sequence[Reading]) -> tuple[CueRate, ...]:
    told = [(cue, *_follow(cue, readings)) for cue in CUES]
    corrected = holm([p for _, _, p in told])
    n = len(readings)
    return tuple(
        CueRate(cue.name, wilson(accuracy, n), p)
        for (cue, accuracy, _), p in zip(told, corrected, strict=True)
    )


def _follow(cue: Cue, readings: Sequence[Reading]) -> tuple[float, float]:
    """(share right, one-sided p) of a guesser who takes the option the cue favours."""
    hits = expected = variance = 0.0
    for reading in readings:
        tied = _top(cue.scores(reading))
        keys, options = len(reading.keys), len(reading.options)
        share = keys / options
        hits += len(reading.keys.intersection(tied)) / len(tied)
        expected += share
        # Hypergeometric: keys among the tied, divided by the tied.
        variance += share * (1 - share) * (options - len(tied)) / (options - 1) / len(tied)
    p = erfc((hits - expected) / sqrt(2 * variance)) / 2 if variance else 1.0
    return hits / len(readings), p


def _top(scores: Sequence[float]) -> list[int]:
    best = max(scores)
    return [place for place, score in enumerate(scores) if score >= best - 1e-9]


def holm(p_values: Sequence[float]) -> list[float]:
    """Step-down corrected p-values in the order given."""
    corrected = [1.0] * len(p_values)
    running = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        running = max(running, min(1.0, p_values[place] * (len(p_values) - rank)))
        corrected[place] = running
    return corrected


def wilson(share: float, n: int) -> Rate:
    """The 95 % score interval of a share of ``n``."""
    spread = Z95 * sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    centre, scale = share + Z95**2 / (2 * n), 1 + Z95**2 / n
    return Rate(share, (centre - spread) / scale, (centre + spread) / scale)


def _model(readings: Sequence[Reading]) -> tuple[float, tuple[str, ...]]:
    """(held-out accuracy, ids of the items it gets right by the widest margin)."""
    rows = _features(readings)
    margins = [0.0] * len(readings)
    hits = 0.0
    for repeat in range(REPEATS):
        for at, scores in enumerate(_held_out(readings, rows, repeat)):
            tied = _top(scores)
            hits += len(readings[at].keys.intersection(tied)) / len(tied)
            margins[at] += _margin(scores, readings[at].keys) / REPEATS
    surest = sorted(range(len(readings)), key=lambda at: -margins[at])[:WORST]
    worst = tuple(readings[at].item.id for at in surest if margins[at] > 0)
    return hits / REPEATS / len(readings), worst


def _margin(scores: Sequence[float], keys: frozenset[int]) -> float:
    others = [score for place, score in enumerate(scores) if place not in keys]
    return max(scores[place] for place in keys) - max(others)


def _features(readings: Sequence[Reading]) -> list[Matrix]:
    """Per item, per option, every measure: centred within the item, scaled over the bank."""
    rows = [_centred(reading) for reading in readings]
    scales = [
        sqrt(sum(option[at] ** 2 for row in rows for option in row)) or 1.0 for at in range(len(MEASURES))
    ]
    size = sqrt(sum(len(row) for row in rows))
    return [
        [[value * size / scale for value, scale in zip(option, scales, strict=True)] for option in row]
        for row in rows
    ]


def _centred(reading: Reading) -> Matrix:
    columns = []
    for measure, _, _ in MEASURES:
        values = measure(reading)
        mean = sum(values) / len(values)
        columns.append([value - mean for value in values])
    return [list(option) for option in zip(*columns, strict=True)]


def _held_out(readings: Sequence[Reading], rows: Sequence[Matrix], repeat: int) -> list[list[float]]:
    """Scores of every item's options by the model that has not seen the item."""
    folds = [_fold(reading.item.id, repeat) for reading in readings]
    scores: list[list[float]] = [[] for _ in rows]
    for fold in range(FOLDS):
        known = [at for at, own in enumerate(folds) if own != fold]
        weights = _fit([rows[at] for at in known], [readings[at] for at in known])
        for at, own in enumerate(folds):
            if own == fold:
                scores[at] = [_dot(weights, option) for option in rows[at]]
    return scores


def _fold(item_id: str, repeat: int) -> int:
    return int(hashlib.sha256(f"{repeat}:{item_id}".encode()).hexdigest(), 16) % FOLDS


def _fit(rows: Sequence[Matrix], readings: Sequence[Reading]) -> list[float]:
    """Ridge weights that tell keys from other options: (X'X + rI) w = X'y."""
    width = len(MEASURES)
    gram = [[RIDGE if at == other else 0.0 for other in range(width)] for at in range(width)]
    target = [0.0] * width
    for row, reading in zip(rows, readings, strict=True):
        share = len(reading.keys) / len(reading.options)
        for place, option in enumerate(row):
            wanted = (place in reading.keys) - share
            for at, value in enumerate(option):
                target[at] += value * wanted
                line = gram[at]
                for other, factor in enumerate(option):
                    line[other] += value * factor
    return _solve(gram, target)


def _solve(matrix: Matrix, target: Sequence[float]) -> list[float]:
    """Gaussian elimination; the ridge keeps the matrix positive definite, so no pivoting."""
    rows = [[*line, value] for line, value in zip(matrix, target, strict=True)]
    size = len(rows)
    for at in range(size):
        for below in range(at + 1, size):
            factor = rows[below][at] / rows[at][at]
            rows[below] = [value - factor * head for value, head in zip(rows[below], rows[at], strict=True)]
    solution = [0.0] * size
    for at in reversed(range(size)):
        rest = sum(rows[at][later] * solution[later] for later in range(at + 1, size))
        solution[at] = (rows[at][size] - rest) / rows[at][at]
    return solution


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
