"""What was read once and can never change: kept in memory, by its immutable id, up to a number.

Nothing personal belongs here, and no key where a learner's page could be made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from uuid import UUID

Value = TypeVar("Value")


class Known(Generic[Value]):
    """Values by id; beyond ``limit`` the one that has been here longest leaves."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: dict[UUID, Value] = {}

    def get(self, key: UUID, make: Callable[[], Value]) -> Value:
        """The value of ``key``, made on first use. Two threads may both make it: they make the same."""
        told = self._values.get(key)
        if told is None:
            told = self._values[key] = make()
            while len(self._values) > self._limit:
                self._values.pop(next(iter(self._values)), None)
        return told
