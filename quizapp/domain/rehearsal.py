"""Whether an exam day may come: what scripted learners met when they played the exam beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: A save that takes longer than this for one learner in twenty makes a room uneasy.
SAVE_P95_MS = 1_000
#: Clocks of servers further apart than this would end attempts at different moments.
SKEW_MS = 2_000
PERCENTILE = 95


@dataclass(frozen=True, slots=True)
class Played:
    """What one scripted learner met, from the start to the receipt.

    ``sent`` counts the responses that were sent, ``counted`` those acknowledged as counted;
    ``skew_ms`` is how far the server's clock provably is from the operator's.
    """

    is_started: bool = False
    sent: int = 0
    counted: int = 0
    is_receipt_right: bool = False
    save_ms: tuple[int, ...] = ()
    skew_ms: int = 0
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the sheet: what was seen, what is needed, and whether that is enough."""

    code: str
    seen: int
    needed: int
    is_ok: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The go / no-go sheet of a rehearsal."""

    checks: tuple[Check, ...]
    errors: tuple[str, ...]

    @property
    def is_go(self) -> bool:
        """Whether every line is in order."""
        return all(check.is_ok for check in self.checks)


def judge(played: Sequence[Played]) -> Sheet:
    """The sheet over everybody who was sent in; nobody at all is no rehearsal."""
    learners, sent = len(played), sum(run.sent for run in played)
    errors = tuple(error for run in played for error in run.errors)
    checks = (
        _all("started", sum(run.is_started for run in played), learners),
        _all("saved", sum(run.counted for run in played), sent),
        _all("receipts", sum(run.is_receipt_right for run in played), learners),
        _at_most("errors", len(errors), 0),
        _at_most("save_p95_ms", percentile([ms for run in played for ms in run.save_ms]), SAVE_P95_MS),
        _at_most("skew_ms", max((run.skew_ms for run in played), default=0), SKEW_MS),
    )
    return Sheet(checks, errors)


def _all(code: str, seen: int, needed: int) -> Check:
    return Check(code, seen, needed, seen == needed > 0)


def _at_most(code: str, seen: int, limit: int) -> Check:
    return Check(code, seen, limit, seen <= limit)


def percentile(values: Sequence[int]) -> int:
    """The 95th percentile by nearest rank; 0 for none."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * PERCENTILE // 100) - 1] if ordered else 0
