"""What the paper says of a record: the signed payload in words, in the order of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from quizapp.domain.framework import Framework

Payload = Mapping[str, Any]

UNTITLED = "title not given in source"
DECISIONS = {
    "met": "Requirement met: {shown} of {tasks} tasks",
    "not_met": "Requirement not met: {shown} of {tasks} tasks",
    "insufficient": "Requirement not decided, too little evidence: {shown} of {tasks} tasks",
}
STATUSES = {
    "demonstrated": "Demonstrated",
    "not_yet": "Not yet demonstrated",
    "insufficient": "Insufficient evidence",
    "not_assessed": "Not assessed",
}
DELIVERY = {
    "online": "Online",
    "none": "not proctored",
    "proctored": "proctored",
    "account": "personal account",
    "photo_id": "photo identification",
    "known_to_proctor": "known to the proctor",
    "other_document": "another document",
}
REVIEWS = {"done": "Reviewed by experts", "pending": "Expert review pending"}
AUTOMATIC = "On release, by the rule of the exam"
#: Letters a line takes without a place to break; longer words get places to break.
LONGEST_WORD = 24
BREAK = "\u200b"
#: Names up to so many letters are set in the largest size; points of each step.
NAME_SIZES = ((34, 26), (60, 19), (10_000, 14))


def compose(
    payload: Payload, framework: Framework | None, address: str, proof: Sequence[tuple[str, str]]
) -> dict[str, object]:
    """Everything the page says, as plain JSON values; ``proof`` are labels and values of the signature."""
    tasks = list(_tasks(payload))
    shown = [task for task in tasks if task["status"] == "demonstrated"]
    letters = {source: _letter(number) for number, source in enumerate(_sources(payload))}
    return {
        "title": f"Completion record of {payload['learner']['name']}",
        "description": f"{_decision(payload)}. {payload['exam']['title']}",
        "issuer": payload["issuer"]["name"],
        "issued": _parts(payload["issued_on"]),
        "serial": payload["serial"],
        "decision": _decision(payload),
        "standing": {"kind": payload["standing"], "words": _standing(payload)},
        "name": broken(payload["learner"]["name"]),
        "name_size": next(size for most, size in NAME_SIZES if len(payload["learner"]["name"]) <= most),
        "claim": _claim(payload, len(shown)),
        "untitled": UNTITLED,
        "groups": list(_groups(payload)),
        "map": _map(payload, framework),
        "facts": _facts(payload),
        "qr_alt": f"QR code: {address or payload['serial']}",
        "check": _check(address),
        "address": address,
        "statement": payload["statement"],
        "rule": list(_rule(payload)),
        "others": [_told(task) for task in tasks if task["status"] != "demonstrated"],
        "evidence": [_piece(piece, letters) for piece in payload["evidence"]],
        "sources": [_source(source, letter) for source, letter in letters.items()],
        "signature": list(SIGNATURE),
        "proof": [list(entry) for entry in proof],
    }


SIGNATURE = (
    "This file is signed as a whole, and carries the record itself as the attached file record.json: "
    "canonical JSON (RFC 8785) with an Ed25519 signature of the issuer. Both can be checked without the "
    "issuer's help; only the issuer can tell what was decided since.",
)
#: What a copy says in the place of that.
COPY = (
    "This copy is not signed and proves nothing. The issuer's own file of this record is signed as a whole "
    "and carries the record as an attachment; it names the same key and the same checksum.",
)
#: What a file of many records says on its first page.
UNSIGNED = (
    "This file carries no signature, and it proves nothing: it is a copy to read and print.",
    "Whoever has to rely on a record takes its own signed file, or looks up its serial.",
)


def _tasks(payload: Payload) -> Iterator[Mapping[str, Any]]:
    return (task for competency in payload["competencies"] for task in competency["tasks"])


def _decision(payload: Payload) -> str:
    told = payload["decision"]
    return DECISIONS[told["outcome"]].format(shown=told["demonstrated"], tasks=told["tasks"])


def _standing(payload: Payload) -> str:
    return payload["standing_notice"] or str(payload["standing"]).capitalize()


def _claim(payload: Payload, shown: int) -> str:
    tasks = "this task" if shown == 1 else f"these {shown} tasks"
    return (
        f"Knowledge shown by examination of exactly {tasks} of the framework "
        f"{broken(payload['framework']['function'])}, in the exam {broken(payload['exam']['title'])}."
    )


def _groups(payload: Payload) -> Iterator[dict[str, object]]:
    for competency in payload["competencies"]:
        shown = [_told(task) for task in competency["tasks"] if task["status"] == "demonstrated"]
        if shown:
            yield {
                "code": competency["code"],
                "title": broken(competency["title"]) if competency["title"] else None,
                "points": f"{_points(competency)}, {_count(competency['n'], 'question')}",
                "tasks": shown,
            }


def _points(told: Mapping[str, Any]) -> str:
    return f"{told['points']} of {told['maximum']} points"


def _told(task: Mapping[str, Any]) -> dict[str, str]:
    return {
        "code": task["code"],
        "text": broken(task["text"]) or "text not given in source",
        "status": STATUSES[task["status"]],
        "count": f"{task['x']} of {task['n']}",
    }


# --- the map ----------------------------------------------------------------------------


def _map(payload: Payload, framework: Framework | None) -> dict[str, object]:
    told = {task["code"]: task for task in _tasks(payload)}
    rows = [_row(code, title, codes, told) for code, title, codes in _shape(payload, framework)]
    return {
        "alt": _described(rows, told),
        "rows": rows,
        "legend": [{"status": status, "word": word} for status, word in STATUSES.items()],
    }


def _shape(payload: Payload, framework: Framework | None) -> Iterator[tuple[str, str | None, list[str]]]:
    """Rows of the map: the whole framework, or what the record itself tells of it."""
    if framework is not None:
        for row in framework.competencies:
            yield row.code, row.title, [task.code for task in row.tasks]
    else:
        for told in payload["competencies"]:
            yield told["code"], told["title"], [task["code"] for task in told["tasks"]]


def _row(
    code: str, title: str | None, codes: Sequence[str], told: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    cells = []
    for task in codes:
        known = told.get(task)
        cells.append(
            {
                "code": task,
                "letter": task.rpartition(".")[2][:4],
                "status": known["status"] if known else "not_assessed",
                "count": f"{known['x']}/{known['n']}" if known else "",
            }
        )
    return {"code": code, "title": title, "cells": cells}


def _described(rows: Sequence[Mapping[str, Any]], told: Mapping[str, Mapping[str, Any]]) -> str:
    parts = [f"Task map: {len(rows)} competencies, {sum(len(row['cells']) for row in rows)} tasks."]
    for status, word in STATUSES.items():
        codes = [cell["code"] for row in rows for cell in row["cells"] if cell["status"] == status]
        if status == "not_assessed":
            parts.append(f"{word}: {_count(len(codes), 'task')}.")
        elif codes:
            parts.append(f"{word}: {', '.join(codes)}.")
    return " ".join(parts)


# --- facts and rule ---------------------------------------------------------------------


def _facts(payload: Payload) -> list[list[str]]:
    delivery, framework = payload["delivery"], payload["framework"]
    officer = payload["issuing_officer"]
    facts = [
        ("Issued on", day(payload["issued_on"])),
        ("Valid through", day(payload["expires_on"])),
        ("Exam", broken(payload["exam"]["title"])),
        ("Framework", f"{broken(framework['function'])}, version {framework['version']}"),
        ("Result", f"{_points(payload['decision'])}, cycle {payload['cycles']}"),
        ("How it was taken", ", ".join(DELIVERY.get(delivery[n], delivery[n]) for n in _HOW)),
        ("Items", REVIEWS.get(payload["sme_review"], payload["sme_review"])),
        ("Issued by", broken(payload["issuer"]["name"])),
        ("Issuing officer", AUTOMATIC if officer == "automatic" else broken(officer)),
        ("Serial", payload["serial"]),
    ]
    if payload["supersedes"]:
        facts.append(("Takes the place of", payload["supersedes"]))
    return [list(fact) for fact in facts]


_HOW = ("mode", "proctoring", "identity")


def _check(address: str) -> str:
    if address:
        return "Paper proves nothing. Its present status is at"
    return "Paper proves nothing. Ask its issuer for the present status of the serial."


def _rule(payload: Payload) -> Iterator[str]:
    rule, cut = payload["rule"], payload["rule"]["cut"]
    yield (
        f"A task counts as demonstrated when at least {rule['n_min']} questions were asked and the chance, "
        f"given the answers, that the holder would answer {percent(rule['c'])} % or more of such questions "
        f"right is at least {percent(rule['gamma'])} %. Basis: {broken(rule['basis'])}."
    )
    needed = (
        "The requirement is met when every task is demonstrated."
        if cut["kind"] == "conjunctive"
        else f"The requirement is met with at least {percent(cut['total'])} % of the points and at most "
        f"{_count(cut['max_below'], 'task')} not demonstrated."
    )
    yield f"{needed} Basis: {broken(cut['basis'])}. Rule version {rule['version']}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def percent(share: str) -> str:
    """A share of the payload ("7/10") in percent, with decimals only where there are any."""
    scaled = Fraction(share) * 100
    return str(scaled.numerator) if scaled.denominator == 1 else f"{float(scaled):.1f}"


def day(text: str) -> str:
    """A date in words: "2 March 2026"."""
    told = date.fromisoformat(text)
    return f"{told.day} {MONTHS[told.month - 1]} {told.year}"


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def _parts(text: str) -> list[int]:
    told = date.fromisoformat(text)
    return [told.year, told.month, told.day]


# --- evidence ---------------------------------------------------------------------------

_Source = tuple[str, str, str, str]


def _sources(payload: Payload) -> list[_Source]:
    """What the pieces of evidence come from, each once, in the order they appear."""
    return list(dict.fromkeys(_source_of(piece) for piece in payload["evidence"]))


def _source_of(piece: Mapping[str, Any]) -> _Source:
    return piece["exam"], piece["form"], piece["blueprint"], piece["bank"]


def _letter(number: int) -> str:
    """A, B ... Z, AA, AB ..."""
    return (_letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def _piece(piece: Mapping[str, Any], letters: Mapping[_Source, str]) -> dict[str, str]:
    return {
        "task": piece["task"],
        "taken_on": day(piece["taken_on"]),
        "count": f"{piece['x']} of {piece['n']}",
        "source": letters[_source_of(piece)],
    }


def _source(source: _Source, letter: str) -> dict[str, object]:
    labels = ("Exam", "Form", "Blueprint", "Item bank")
    return {"title": f"Source {letter}", "lines": [list(pair) for pair in zip(labels, source, strict=True)]}


def broken(text: str) -> str:
    """The same text with places to break in words that no line would hold."""
    return " ".join(
        BREAK.join(word[at : at + LONGEST_WORD] for at in range(0, len(word), LONGEST_WORD))
        for word in text.split(" ")
    )
