"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

#: An integer key the database counts up; SQLite only does so for INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant: {instant}")
    return (instant - EPOCH) // MICROSECOND


def from_micros(value: int) -> datetime:
    """The UTC instant of so many microseconds since 1970."""
    return EPOCH + value * MICROSECOND


class Instant(TypeDecorator[datetime]):
    """One UTC microsecond time type: an integer, so that both databases compare it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """An aware datetime as microseconds."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        """Microseconds as an aware datetime."""
        return None if value is None else from_micros(value)


class Exact(TypeDecorator[Fraction]):
    """A Fraction as text, because points never become floats."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Any) -> str | None:
        """A Fraction as "7/10"."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Fraction | None:
        """The Fraction that was stored."""
        return None if value is None else Fraction(value)
