"""What the protocol promises, said once more in plain dictionaries and numbers.

Nothing of the product is imported: the model and the product agree because both are right, not
because both ask the same function. Times are seconds since the attempt was opened.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

TOLERANCE, GRACE, LONGEST_DELIVERY = 10, 180, 300
LIMIT, FIRST_LIMIT = 1200, 480
RIGHT = {"choice": "a"}


def new_attempt(first: list[int], second: list[int]) -> dict[str, Any]:
    """An attempt with a timed section and one without a way back, opened now."""
    return {
        "deadline": LIMIT,
        "epoch": 1,
        "is_open": True,
        "is_delivered": False,
        "paused": None,
        "slots": {**dict.fromkeys(first, 0), **dict.fromkeys(second, 1)},
        "sections": [
            {"entered": 0, "ends": FIRST_LIMIT, "left": None},
            {"entered": None, "ends": None, "left": None},
        ],
        "history": {},
    }


def save(m: dict[str, Any], writer: int, now: float, batch: list[dict[str, Any]]) -> dict[int, str]:
    """Append a batch; gives what each entry is worth. A repeat is worth what it was."""
    told = {}
    for entry in batch:
        place = (writer, entry["client_seq"])
        if place not in m["history"]:
            _reach(m, writer, now, entry)
            worth = _worth(m, writer, now, entry)
            m["history"][place] = {**entry, "worth": worth}
            if entry["kind"] == "leave" and worth == "counted":
                _leave(m, entry, now)
        told[entry["client_seq"]] = m["history"][place]["worth"]
    return told


def _reach(m: dict[str, Any], writer: int, now: float, entry: dict[str, Any]) -> None:
    """Whoever says something in the second section has left the first, at the latest at its end."""
    first, second = m["sections"]
    is_there = m["slots"][entry["slot"]] == 1 and entry["kind"] != "leave"
    if not is_there or second["entered"] is not None or writer < m["epoch"] or not m["is_open"]:
        return
    made = entry.get("elapsed_ms")
    at = now if made is None else min(now, made / 1000)
    at = at if m["paused"] is None else min(at, m["paused"])
    first["left"] = second["entered"] = min(max(at, first["entered"]), first["ends"])


def _worth(m: dict[str, Any], writer: int, now: float, entry: dict[str, Any]) -> str:
    section = m["sections"][m["slots"][entry["slot"]]]
    if writer < m["epoch"]:
        return "stale_writer"
    if not m["is_open"]:
        return "late"
    if section["entered"] is None or section["left"] not in (None, section["ends"]):
        return "closed_section"
    ends = m["deadline"] if section["ends"] is None else min(m["deadline"], section["ends"])
    seen = now if m["paused"] is None else min(now, m["paused"])
    if seen <= ends + TOLERANCE:
        return "counted"
    made = entry.get("elapsed_ms")
    if made is None or made < _latest_before(m, writer, entry["client_seq"]):
        return "late"
    return "counted" if seen <= ends + GRACE and made / 1000 <= min(ends, seen) else "late"


def _latest_before(m: dict[str, Any], writer: int, seq: int) -> int:
    mine = [e.get("elapsed_ms") or 0 for (w, s), e in m["history"].items() if w == writer and s < seq]
    return max(mine, default=0)


def _leave(m: dict[str, Any], entry: dict[str, Any], now: float) -> None:
    number = m["slots"][entry["slot"]]
    section = m["sections"][number]
    if section["left"] is not None:
        return
    made = entry.get("elapsed_ms")
    at = max(now if made is None else min(now, made / 1000), section["entered"])
    section["left"] = at if section["ends"] is None else min(at, section["ends"])
    if number == 0:
        m["sections"][1]["entered"] = section["left"]


def look(m: dict[str, Any], now: float) -> None:
    """What a heartbeat or a page does: a section whose time is over is left, unless everybody waits."""
    first, second = m["sections"]
    if m["paused"] is None and first["left"] is None and first["ends"] <= now:
        first["left"] = second["entered"] = first["ends"]


def deliver(m: dict[str, Any], now: float) -> None:
    """Time counts from the first delivery."""
    if m["is_open"] and not m["is_delivered"]:
        m["is_delivered"] = True
        move(m, min(now, LONGEST_DELIVERY) if now < m["deadline"] else 0)


def give(m: dict[str, Any], now: float, by: float) -> None:
    """Time added by staff; a section that was over by then stays over."""
    look({**m, "paused": None}, now if m["paused"] is None else m["paused"])
    move(m, by)


def move(m: dict[str, Any], by: float) -> None:
    """The end of the attempt and of the section that runs, later by so much."""
    m["deadline"] += by
    for section in m["sections"]:
        if section["left"] is None and section["ends"] is not None:
            section["ends"] += by


def is_overdue(m: dict[str, Any], now: float) -> bool:
    """Whether whoever looks has to close it."""
    return m["is_open"] and m["paused"] is None and now >= m["deadline"] + GRACE


def responses(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The final response set of an export: by slot, the counted one of the highest (writer, seq)."""
    final: dict[str, Any] = {}
    for event in sorted(events, key=lambda e: (e["writer"], e["client_seq"])):
        if event["kind"] == "response" and event["worth"] == "counted":
            final[str(event["slot"])] = event["payload"]
    return {slot: payload for slot, payload in final.items() if payload}


def digest(attempt_id: str, final: dict[str, Any]) -> str:
    """The receipt's digest, as anybody can recompute it."""
    told = {"attempt": attempt_id, "responses": final}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def points(final: dict[str, Any]) -> int:
    """An independent score: how many responses are the key of the small bank."""
    return sum(payload == RIGHT for payload in final.values())
