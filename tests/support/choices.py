"""Invented choice items for measures of quality: made from a seed, so that a test repeats itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from quizapp.domain.item import ItemVersion, read_item
from tests.support.inventions import item

ASKED = ("bell", "captain", "compass", "current", "depth", "ferry", "fog", "lock", "signal", "tide", "watch")
ANSWERED = (
    "anchor", "berth", "buoy", "cable", "chart", "crane", "draught", "fender", "harbour", "hawser", "keel",
    "lantern", "mooring", "pilot", "quay", "rope", "rudder", "sail", "tug", "wake", "wharf", "winch", "wind",
)  # fmt: skip


def choice(
    identifier: str, stem: str, options: Sequence[str], keys: Sequence[int] = (0,), **changes: Any
) -> ItemVersion:
    """A single-choice item, or multiple response with several keys."""
    kind = "single_choice" if len(keys) == 1 else "multiple_response"
    rows: list[dict[str, Any]] = [
        {"id": f"o{place}", "text": text, "rationale": "It is said in the port law."}
        for place, text in enumerate(options)
    ]
    for place in keys:
        rows[place]["key"] = True
    source = item(identifier, kind) | {"stem": stem, "options": rows} | changes
    version, problems = read_item(source)
    assert version is not None, problems
    return version


def neutral(count: int, seed: str = "neutral", options: int = 3) -> list[ItemVersion]:
    """Items whose key is any of equally built options."""
    rng = random.Random(seed)
    return [
        choice(f"n-{n:04d}", _stem(rng), [_phrase(rng, 6) for _ in range(options)], [rng.randrange(options)])
        for n in range(count)
    ]


def leaky(count: int, seed: str = "leaky") -> list[ItemVersion]:
    """Items whose key is the longest option, with a hedge in it, nine times out of ten."""
    rng = random.Random(seed)
    told = []
    for n in range(count):
        options = [_phrase(rng, 5) for _ in range(3)]
        key = rng.randrange(3)
        longest = key if rng.random() < 0.9 else (key + 1) % 3
        options[longest] = f"usually the {_phrase(rng, 8)}"
        told.append(choice(f"l-{n:04d}", _stem(rng), options, [key]))
    return told


def _stem(rng: random.Random) -> str:
    return f"Which {_phrase(rng, 9, ASKED)}?"


def _phrase(rng: random.Random, words: int, among: Sequence[str] = ANSWERED) -> str:
    return " ".join(rng.choice(among) for _ in range(words))
