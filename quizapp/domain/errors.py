"""The one error family: a stable code, and facts a door can put into a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a piece of input, and where.

    ``field`` is the path inside the object (``options[b].rationale``), ``value`` the
    offending value shortened, ``reason`` a stable code, ``detail`` an English sentence
    for authors and operators. ``place`` says which file, row or item it was found in.
    """

    field: str
    value: str
    reason: str
    detail: str = ""
    place: str = ""

    def at(self, place: str) -> Problem:
        """The same problem, said to be in ``place`` (prefixed to any place it has)."""
        joined = f"{place}: {self.place}" if self.place else place
        return Problem(self.field, self.value, self.reason, self.detail, joined)

    def __str__(self) -> str:
        where = f"{self.place}: {self.field}" if self.place else self.field
        shown = f" ({self.value!r})" if self.value else ""
        return f"{where}{shown}: {self.detail or self.reason}"


class DomainError(Exception):
    """Base of every error the product raises on purpose; ``code`` never changes meaning."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class NotFound(DomainError):
    """The object does not exist, or must look as if it did not to this actor."""


class Unauthorized(DomainError):
    """Nobody is known who asks: what should say so is missing, wrong or over."""


class Forbidden(DomainError):
    """The actor may not do this."""


class Refused(DomainError):
    """The rules say no, given the state of things; nothing was changed."""


class Invalid(DomainError):
    """Bad input: carries every problem found, not only the first."""

    def __init__(self, code: str, problems: Iterable[Problem] = (), **facts: object) -> None:
        super().__init__(code, **facts)
        self.problems: Sequence[Problem] = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(problem) for problem in self.problems)])


def raise_if_any(code: str, problems: Sequence[Problem], **facts: object) -> None:
    """Raise `Invalid` with all of ``problems`` unless there are none."""
    if problems:
        raise Invalid(code, problems, **facts)
