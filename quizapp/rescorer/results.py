"""From an exported attempt to its marks, tasks and decision, and to where the stored ones differ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial
from typing import Any

from quizapp.rescorer.marks import BY_PEOPLE, marked, points, right_under

Json = Mapping[str, Any]
#: Where, what is stored, what is reckoned.
Place = tuple[str, object, object]
MARK = ("points", "maximum", "is_answered", "is_evidence", "is_right")
TOTALS = ("points", "maximum", "cycle_points", "cycle_maximum", "decision")
AS_WRITTEN: Json = {"keeps_key": True, "answers": [], "is_dropped": False, "is_full": False}


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which a stored score and this one disagree."""

    attempt: str
    place: str
    stored: str
    reckoned: str


def differences(document: Json) -> list[Difference]:
    """Every place at which the stored score of an exported attempt is another than reckoned here."""
    told, stored = rescored(document), document["score"]
    places = [
        *_of_marks(stored["marks"], told["marks"]),
        *_of_tasks(stored["tasks"], told["tasks"]),
        *((name, stored[name], told[name]) for name in TOTALS),
        *_of_withdrawals(document["slots"]),
    ]
    attempt = document["attempt"]
    return [
        Difference(attempt, place, str(kept), str(made))
        for place, kept, made in places
        if str(kept) != str(made)
    ]


def _of_marks(stored: Iterable[Json], made: Iterable[Json]) -> Iterator[Place]:
    kept = {mark["position"]: mark for mark in stored}
    for mark in made:
        known = kept.pop(mark["position"], {})
        # Right or wrong says nothing where a slot counts for nobody.
        names = MARK if mark["maximum"] else MARK[:-1]
        for name in names:
            yield f"slot {mark['position']}: {name}", known.get(name), mark[name]
    for position in sorted(kept):
        yield f"slot {position}", "stored", "not on the form"


def _of_tasks(stored: Iterable[Json], made: Iterable[Json]) -> Iterator[Place]:
    kept = {task["task"]: task for task in stored}
    for task in made:
        known = kept.pop(task["task"], {})
        for name in ("x", "n", "status"):
            yield f"task {task['task']}: {name}", known.get(name), task[name]
    for code in sorted(kept):
        yield f"task {code}", "stored", "not in the exam"


def _of_withdrawals(slots: Iterable[Json]) -> Iterator[Place]:
    for slot in slots:
        if slot["is_withdrawn"] and not slot["may_be_withdrawn"]:
            yield f"slot {slot['position']}: counts", "no", "yes, for nothing says why it should not"


def rescored(document: Json) -> dict[str, Any]:
    """The score of an exported attempt, reckoned from responses, keys and rulings."""
    own = _marks(document)
    chain = [_marks(earlier) for earlier in document["earlier"]] + [own]
    rule, cut = document["rule"], document["cut"]
    tasks = [_task(code, chain, rule) for code in document["tasks"]]
    every = [mark for marks in chain for mark in marks]
    got, most = _sum(every, "points"), _sum(every, "maximum")
    return {
        "marks": own,
        "tasks": tasks,
        "points": _sum(own, "points"),
        "maximum": _sum(own, "maximum"),
        "cycle_points": got,
        "cycle_maximum": most,
        "decision": _decision([task["status"] for task in tasks], got, most, cut),
    }


def _sum(marks: Iterable[Json], name: str) -> Fraction:
    return sum((mark[name] for mark in marks), Fraction(0))


# --- one attempt ------------------------------------------------------------------------


def _marks(document: Json) -> list[dict[str, Any]]:
    responses = _responses(document["entries"])
    return [_mark(slot, responses.get(slot["position"])) for slot in document["slots"]]


def _responses(entries: Iterable[Json]) -> dict[int, Any]:
    """What was entered last in each slot, of what counts; an empty response is none."""
    last: dict[int, tuple[tuple[int, int], Any]] = {}
    for entry in entries:
        if entry["disposition"] != "counted":
            continue
        order = (entry["writer"], entry["client_seq"])
        if entry["slot"] not in last or order > last[entry["slot"]][0]:
            last[entry["slot"]] = (order, json.loads(entry["payload"]))
    return {slot: told for slot, (_, told) in last.items() if isinstance(told, dict) and told}


def _ruling(slot: Json) -> Json:
    """The last regrade that reached this attempt and was not undone for it."""
    reached = [told for told in slot["regrades"] if not told["is_spared"]]
    undone = {told["undoes"] for told in reached if told["undoes"]}
    holding = [told for told in reached if not told["undoes"] and told["id"] not in undone]
    return holding[-1]["ruling"] if holding else AS_WRITTEN


def _mark(slot: Json, response: Any) -> dict[str, Any]:
    ruling = _ruling(slot)
    counts = slot["is_scored"] and not slot["is_withdrawn"] and not ruling["is_dropped"]
    keys = [slot["key"]] if ruling["keeps_key"] else []
    keys += [right_under(slot["key"], answer) for answer in ruling["answers"]]
    if slot["type"] in BY_PEOPLE:
        best, is_right = marked(slot["key"], response, slot.get("markings", ()))
    else:
        best = max(points(slot["type"], slot["content"], key, response) for key in keys)
        is_right = best == 1
    if ruling["is_full"]:
        best, is_right = Fraction(1), True
    return {
        "position": slot["position"],
        "task": slot["task"],
        "points": best if counts else Fraction(0),
        "maximum": Fraction(int(counts)),
        "is_right": is_right,
        "is_answered": response is not None,
        "is_evidence": bool(counts and slot["is_first"]),
    }


# --- tasks and the decision -------------------------------------------------------------


def _task(code: str, chain: Iterable[list[dict[str, Any]]], rule: Json) -> dict[str, Any]:
    """Attempt after attempt, until the task is demonstrated; what comes later is not looked at."""
    x = n = withdrawn = 0
    status = "not_assessed"
    for marks in chain:
        own = [mark for mark in marks if mark["task"] == code]
        x += sum(mark["is_right"] for mark in own if mark["is_evidence"])
        n += sum(mark["is_evidence"] for mark in own)
        withdrawn += sum(mark["maximum"] == 0 for mark in own)
        status = _status(x, n, rule, withdrawn)
        if status == "demonstrated":
            break
    return {"task": code, "x": x, "n": n, "status": status}


def _status(x: int, n: int, rule: Json, withdrawn: int) -> str:
    if n == 0:
        return "not_assessed"
    if n + withdrawn < rule["n_min"]:
        return "insufficient"
    return "demonstrated" if chance(x, n, Fraction(rule["c"])) >= Fraction(rule["gamma"]) else "not_yet"


def chance(x: int, n: int, c: Fraction) -> Fraction:
    """P(p >= c | x of n) under a uniform prior: the Beta density, multiplied out and integrated."""
    below = sum(Fraction((-1) ** k * comb(n - x, k), x + k + 1) * c ** (x + k + 1) for k in range(n - x + 1))
    return 1 - below * Fraction(factorial(n + 1), factorial(x) * factorial(n - x))


def _decision(statuses: list[str], got: Fraction, most: Fraction, cut: Json) -> str:
    short = [status for status in statuses if status != "demonstrated"]
    failed = [status for status in short if status == "not_yet"]
    allowed = 0 if cut["is_conjunctive"] else cut["max_below"]
    is_enough = cut["is_conjunctive"] or (most > 0 and got >= Fraction(cut["total"]) * most)
    if is_enough and len(short) <= allowed:
        return "met"
    return "insufficient" if is_enough and len(failed) <= allowed else "not_met"
