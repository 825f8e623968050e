"""A record as one HTML page that needs nothing else: to keep, to send, to print. Its words are English.

Every fact of the payload stands in an element that names it (data-field), so that a program can
read the page back and compare it with the other forms of the record.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
.notice { border: 1px solid; padding: 0.5rem 0.75rem; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { opacity: 0.75; }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; font-weight: 600; padding: 0.75rem 0 0.25rem; }
th, td { text-align: start; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; }
tr { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
td { overflow-wrap: break-word; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; gap: 0; } dt { margin-top: 0.5rem; } }
"""
STATUS_WORDS = {
    "demonstrated": "Demonstrated",
    "not_yet": "Not yet",
    "insufficient_evidence": "Too little evidence",
    "not_assessed": "Not assessed",
}
HEADLINES = {
    "met": "Requirement met",
    "not_met": "Requirement not met",
    "insufficient": "Requirement not decided, too little evidence",
}
RECORD = (
    ("Serial", "serial"), ("Exam", "exam.title"), ("Exam id", "exam.id"), ("What is claimed", "claim"),
    ("Issued on", "issued_on"), ("Expires on", "expires_on"), ("Issuer", "issuer.name"),
    ("Issuer id", "issuer.id"), ("Issuing officer", "issuing_officer"), ("Replaces", "supersedes"),
    ("Standing", "standing"), ("Review by subject experts", "sme_review"), ("Function", "framework.function"),
    ("Framework", "framework.id"), ("Framework version", "framework.version"),
    ("Points", "decision.points"), ("Points possible", "decision.maximum"), ("Cycles", "cycles"),
    ("Delivery", "delivery.mode"), ("Proctoring", "delivery.proctoring"), ("Identity", "delivery.identity"),
    ("Version of this form of record", "payload_version"),
)  # fmt: skip
RULE = (
    ("Rule", "rule.version"), ("Share known, at least", "rule.c"), ("Probability, at least", "rule.gamma"),
    ("Items, at least", "rule.n_min"), ("Basis of the rule", "rule.basis"),
    ("Decision", "rule.cut.kind"), ("Share of all points", "rule.cut.total"),
    ("Tasks that may fall short", "rule.cut.max_below"), ("Basis of the decision", "rule.cut.basis"),
)  # fmt: skip


def write(payload: Mapping[str, Any], key_id: str, signature: bytes, digest: str, address: str) -> bytes:
    """The page of a record; ``address`` is where its present status is told, or nothing."""
    fields = flat(payload)
    parts = (
        _head(payload, fields),
        "<h2>Task by task</h2>",
        *(_competency(at, entry) for at, entry in enumerate(payload["competencies"])),
        f"<h2>The record</h2>{_definitions(RECORD, fields)}",
        f"<h2>Rule and basis</h2>{_definitions(RULE, fields)}",
        _evidence(payload["evidence"]),
        _check(key_id, signature, digest, address),
        f"<p>{_field('statement', fields['statement'])}</p>",
    )
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        '<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'sha256-{style}'\">"
        f"<title>Completion record {escape(payload['serial'])}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    ).encode()


def flat(value: Any, path: str = "") -> dict[str, str]:
    """Every fact of a payload by its dotted path ("competencies.0.code"); None is no fact."""
    if value is None:
        return {}
    if not isinstance(value, Mapping | list):
        return {path: str(value)}
    entries: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, Mapping) else enumerate(value)
    return {
        inner: told
        for name, entry in entries
        for inner, told in flat(entry, f"{path}.{name}" if path else str(name)).items()
    }


def _field(path: str, text: object, shown: str = "") -> str:
    """An element that names a fact; ``shown`` is put before readers instead of its exact value."""
    if shown:
        return f'<data data-field="{path}" value="{escape(str(text))}">{escape(shown)}</data>'
    return f'<span data-field="{path}">{escape(str(text))}</span>'


def _head(payload: Mapping[str, Any], fields: Mapping[str, str]) -> str:
    outcome = payload["decision"]["outcome"]
    told = _field("decision.outcome", outcome, HEADLINES[outcome])
    counts = [_field(path, fields[path]) for path in ("decision.demonstrated", "decision.tasks")]
    notice = _field("standing_notice", fields["standing_notice"])
    shown = f'<p class="notice">{notice}</p>' if fields["standing_notice"] else notice
    name = _field("learner.name", fields["learner.name"])
    return f"<p>Completion record</p><h1>{told}: {counts[0]} of {counts[1]} tasks</h1>{shown}<p>{name}</p>"


def _definitions(rows: Iterable[tuple[str, str]], fields: Mapping[str, str]) -> str:
    told = (
        f"<dt>{escape(label)}</dt><dd>{_field(path, fields[path])}</dd>"
        for label, path in rows
        if path in fields
    )
    return f"<dl>{''.join(told)}</dl>"


def _competency(at: int, told: Mapping[str, Any]) -> str:
    path = f"competencies.{at}"
    title = "" if told["title"] is None else f" {_field(f'{path}.title', told['title'])}"
    counts = (
        f"{_field(f'{path}.points', told['points'])} of {_field(f'{path}.maximum', told['maximum'])} points, "
        f"{_field(f'{path}.n', told['n'])} items"
    )
    rows = "".join(_task(f"{path}.tasks.{place}", task) for place, task in enumerate(told["tasks"]))
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("Task", "Text", "Status", "Right", "Items"))
    caption = f"{_field(f'{path}.code', told['code'])}{title} ({counts})"
    return f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _task(path: str, task: Mapping[str, Any]) -> str:
    status = _field(f"{path}.status", task["status"], STATUS_WORDS.get(task["status"], task["status"]))
    cells = "".join(f"<td>{_field(f'{path}.{name}', task[name])}</td>" for name in ("x", "n"))
    return (
        f'<tr><th scope="row">{_field(f"{path}.code", task["code"])}</th>'
        f"<td>{_field(f'{path}.text', task['text'])}</td><td>{status}</td>{cells}</tr>"
    )


EVIDENCE = (
    ("Task", "task"), ("Date", "taken_on"), ("Right", "x"), ("Items", "n"), ("Exam", "exam"),
    ("Form", "form"), ("Blueprint", "blueprint"), ("Bank", "bank"),
)  # fmt: skip


def _evidence(entries: Iterable[Mapping[str, Any]]) -> str:
    told = (
        _definitions(
            [(label, f"evidence.{at}.{name}") for label, name in EVIDENCE],
            flat(entry, f"evidence.{at}"),
        )
        for at, entry in enumerate(entries)
    )
    return f"<h2>Evidence</h2>{'<hr>'.join(told)}"


def _check(key_id: str, signature: bytes, digest: str, address: str) -> str:
    where = (
        f' Its present status is told at <a href="{escape(address)}">{escape(address)}</a>.'
        if address
        else ""
    )
    rows = (("Key", key_id), ("SHA-256 of the signed record", digest), ("Signature", signature.hex()))
    told = "".join(f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    sentence = f"A page proves nothing.{where} The signed files prove it."
    return f"<h2>Check this record</h2><p>{sentence}</p><dl>{told}</dl>"
