"""The quality of a bank's items as tables for a terminal, and as one JSON value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from quizapp.cli import common
from quizapp.domain.item_bank import PRACTICE_NEEDED, SECURE_NEEDED
from quizapp.domain.item_quality import GroupLeakage, Quality
from quizapp.services.items_check import BankCheck

#: Cues shown of each group, the strongest first; JSON holds all of them.
CUES_SHOWN = 6


def as_json(told: BankCheck) -> dict[str, Any]:
    """Everything a check found, findings with their places."""
    quality = asdict(told.quality)
    del quality["findings"]
    return asdict(told) | {"is_clean": told.is_clean, "is_good": told.is_good, "quality": quality}


def show(told: BankCheck, every_finding: bool) -> None:
    """Print the measures; findings one by one only where asked for."""
    quality = told.quality
    if every_finding:
        for finding in told.findings:
            click.echo(str(finding))
    _table("Item writing", [asdict(rule) for rule in quality.rules])
    _table("Near-duplicates", [_share(asdict(pair), "similarity") for pair in quality.duplicates])
    _table("Places of keys, single choice", [_place(asdict(place)) for place in quality.key_places])
    _table("Coverage", list(_coverage(quality)))
    for group in quality.leakage:
        _leakage(group)
    _verdict(quality, told.findings and not every_finding)


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    click.echo(f"\n{title}")
    if rows:
        common.emit(rows, "table", counted=False)
    else:
        click.echo("none")


def _share(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return row | {name: f"{row[name]:.3f}" for name in names}


def _place(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"expected": f"{row['expected']:.1f}", "p": f"{row['p']:.3f}"}


def _coverage(quality: Quality) -> Iterator[dict[str, Any]]:
    for told in quality.coverage:
        yield {
            "task": told.task,
            "secure": _of(told.secure, SECURE_NEEDED),
            "practice": _of(told.practice, PRACTICE_NEEDED),
            "types": _counts(told.types),
            "levels": _counts(told.levels),
        }


def _of(count: int, needed: int) -> str:
    return str(count) if count >= needed else f"{count} of {needed}"


def _counts(told: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in Counter(told).most_common())


def _leakage(group: GroupLeakage) -> None:
    click.echo(f"\nCue leakage, {group.group}: {group.items} items, chance {group.chance:.3f}")
    strongest = sorted(group.cues, key=lambda told: (told.p, -told.rate.accuracy))[:CUES_SHOWN]
    rows = [{"cue": told.cue, **_rate(told.rate), "p": f"{told.p:.3f}"} for told in strongest]
    rows.append({"cue": "model of all cues", **_rate(group.model), "p": ""})
    common.emit(rows, "table", counted=False)
    if group.worst:
        click.echo(f"leak most: {', '.join(group.worst)}")


def _rate(rate: Any) -> dict[str, str]:
    return {"right": f"{rate.accuracy:.3f}", "95 % from": f"{rate.low:.3f}", "to": f"{rate.high:.3f}"}


def _verdict(quality: Quality, is_hiding: Any) -> None:
    click.echo()
    if is_hiding:
        click.echo("List every finding of item writing with --findings.")
    for failure in quality.failures:
        click.echo(f"Over the limit: {failure.field}: {failure.detail}")
    if quality.is_passed:
        click.echo("Within every limit.")
