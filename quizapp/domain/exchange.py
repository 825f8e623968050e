"""Items on their way between systems: what a file held, what was changed, what could not be carried.

Every format of `integrations.item_formats` reads into a `Package` and writes from one, so that
importing, exporting and the reports about both know no format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from quizapp.domain.errors import Problem
from quizapp.domain.item import ItemVersion
from quizapp.domain.item_bank import ItemBank, Stimulus
from quizapp.domain.picture import MEDIA_PREFIX

__all__ = [
    "MEDIA_PREFIX",
    "Entry",
    "Fidelity",
    "Given",
    "ItemFormat",
    "Outgoing",
    "Package",
    "Picture",
]


class Fidelity(StrEnum):
    """How much of one entry of a file arrived."""

    AS_IS = "as_is"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as a file held it.

    ``place`` is where, counted as its program counts ("row 14", "question 3", "items/i-12.xml"),
    ``name`` what the file calls it. ``source`` is the author's form `domain.item.read_item` reads,
    None where nothing could be made of the entry. ``changes`` names what had to become something
    else, ``problems`` why the entry is refused; both are empty for what came as it is.
    ``original`` is the row as it was read, so that a refused one can be given back.
    """

    place: str
    name: str
    source: Mapping[str, object] | None
    changes: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    original: Mapping[str, str] = field(default_factory=dict)

    @property
    def fidelity(self) -> Fidelity:
        """Whether it came as it is, with a stated change, or not at all."""
        if self.problems or self.source is None:
            return Fidelity.REFUSED
        return Fidelity.CHANGED if self.changes else Fidelity.AS_IS


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture items refer to as ``media/NAME``; ``data`` is the file as it was read."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """What a file holds, in our words; ``notes`` are about the file as a whole."""

    entries: tuple[Entry, ...]
    stimuli: tuple[Stimulus, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[Problem, ...] = ()

    def counts(self) -> dict[Fidelity, int]:
        """Entries by how they arrived."""
        told = dict.fromkeys(Fidelity, 0)
        for entry in self.entries:
            told[entry.fidelity] += 1
        return told


@dataclass(frozen=True, slots=True)
class Given:
    """What the reader of a foreign file has to be told, because few formats can say it.

    ``task_codes`` are those of the framework, in order; ``fields`` are the author's form's fields
    an entry gets where its file says nothing (tasks, pool, level, difficulty, author, sources).
    """

    task_codes: tuple[str, ...] = ()
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a writer gets: approved or not, in the bank's order, with all they refer to."""

    bank: ItemBank
    items: tuple[ItemVersion, ...]
    stimuli: tuple[Stimulus, ...] = ()
    pictures: tuple[Picture, ...] = ()
    #: code -> wording of every task statement the items are tagged to
    tasks: Mapping[str, str] = field(default_factory=dict)
    #: item id -> number of the wording that is current
    numbers: Mapping[str, int] = field(default_factory=dict)


Read = Callable[[bytes, Given], Package]
Write = Callable[[Outgoing], Iterator[bytes]]
Losses = Callable[[Outgoing], list[Problem]]


@dataclass(frozen=True, slots=True)
class ItemFormat:
    """A format items travel in.

    ``read`` raises `Invalid` ("bad_file") for a file as a whole, with the reason, and never for one
    entry of it. ``write`` gives the file's bytes in pieces and leaves out what ``losses`` said, item
    by item (`Problem.place` is the item's id), the format cannot hold. A format that only comes in
    has no writer; one that only goes out no reader.
    """

    name: str
    title: str
    suffix: str
    media_type: str
    read: Read | None = None
    write: Write | None = None
    losses: Losses = lambda _outgoing: []
