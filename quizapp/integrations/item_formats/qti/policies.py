"""Which of our scoring policies pays what a file pays: both are tried on the same responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.domain.item_types import item_type
from quizapp.integrations.item_formats.qti.asked import Asked
from quizapp.integrations.item_formats.qti.expressions import Unread
from quizapp.integrations.item_formats.qti.interactions import Kind, Probe, policies
from quizapp.integrations.item_formats.qti.processing import SCORE, Processing
from quizapp.integrations.item_formats.qti.values import Declared, Many, Value

#: Files compute in binary.
NEAR = 1e-6
#: Small enough that a score of this is a part of the points rather than a rounding.
WHOLE = 1.0


def settle(asked: Asked, kind: Kind, declared: Declared, source: Mapping[str, Any]) -> dict[str, Any]:
    """The author's form with the policy under which every probe gets what the file gives it."""
    probes = kind.probes(asked, source) if kind.probes else ()
    told = dict(source)
    try:
        processing = Processing(asked.root)
        paid = [_paid(processing, declared, value) for _response, value in probes]
    except Unread as error:
        asked.changes.add("scoring", error.told, "scoring_unread")
        return told
    full = paid[0]
    if full <= 0:
        asked.changes.add("scoring", full, "scoring_unread")
        return told
    if abs(full - WHOLE) > NEAR:
        asked.changes.add("scoring", f"{full:g}", "points_scaled")
    shares = [one / full for one in paid]
    return told | _policy(asked, told, probes, shares)


def _paid(processing: Processing, declared: Declared, value: Value | Mapping[str, Value]) -> float:
    if declared.cardinality == "multiple" and isinstance(value, str):
        value = Many((value,))
    given = value if isinstance(value, Mapping) else {declared.identifier: value}
    score = processing(given).get(SCORE)
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise Unread(SCORE)
    return float(score)


def _policy(
    asked: Asked, source: Mapping[str, Any], probes: Sequence[Probe], shares: Sequence[float]
) -> dict[str, Any]:
    known = policies(source["type"])
    for policy in known:
        if _agrees({**source, **_named(policy, known)}, probes, shares):
            return _named(policy, known)
    asked.changes.add("scoring", "", "scoring_changed")
    return {}


def _named(policy: str, known: Sequence[str]) -> dict[str, str]:
    return {} if policy == known[0] else {"scoring": policy}


def _agrees(source: Mapping[str, Any], probes: Sequence[Probe], shares: Sequence[float]) -> bool:
    kind = item_type(source["type"])
    body = {name: value for name, value in source.items() if name in kind.source_fields}
    content, key = kind.split(body)
    ours = (kind.mark(key, content, response).points for response, _value in probes)
    return all(abs(float(points) - share) <= NEAR for points, share in zip(ours, shares, strict=True))
