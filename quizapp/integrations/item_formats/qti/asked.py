"""One item being read: what its file declares, and the helpers every kind of interaction needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quizapp.domain.item_types.checks import ID, reveals
from quizapp.domain.item_types.options import letter
from quizapp.integrations.item_formats.qti.names import (
    Element,
    attribute,
    child,
    children,
    every,
    from_identifier,
    name,
)
from quizapp.integrations.item_formats.qti.prose import Prose, inside
from quizapp.integrations.item_formats.qti.reports import Changes, Refusal
from quizapp.integrations.item_formats.qti.values import Declared

GAP = "[…]"
RESERVED = "item"
FEEDBACK = ("feedback-inline", "feedback-block")
_BLANK = re.compile(r"[\s\xa0]*")


@dataclass(slots=True)
class Asked:
    """An item's file, opened; ``identifiers`` tells what the file calls each of our ids."""

    root: Element
    body: Element
    declared: Mapping[str, Declared]
    prose: Prose
    changes: Changes
    identifiers: dict[str, str] = field(default_factory=dict)

    def response(self, interaction: Element) -> Declared:
        """What the file declares of an interaction's response; raises `Refusal`."""
        identifier = attribute(interaction, "response-identifier")
        if identifier not in self.declared:
            raise Refusal("key", identifier, "key_unclear")
        return self.declared[identifier]

    def stem(
        self,
        interaction: Element,
        instead: Mapping[Element, str] | None = None,
        views: Collection[str] = ("candidate",),
    ) -> str:
        """Everything of the body that is not the interaction, and its prompt.

        Rubrics for other ``views`` are told as left out.
        """
        self.prose.instead = {interaction: "", **(instead or {})}
        for rubric in every(self.body, "rubric-block"):
            if not set(views) & set(attribute(rubric, "view").split()):
                self.changes.add("stem", "rubric-block", "element_dropped")
        told = [self.prose.markdown("stem", list(inside(self.body)))]
        told.append(self.prose.of("stem", child(interaction, "prompt")))
        return "\n\n".join(part for part in told if part)

    def stem_of(self, before: Sequence[Any], interaction: Element | None) -> str:
        """What stands before a text with gaps, or before and in the interaction that holds the text."""
        parts = [] if interaction is None else [self.stem(interaction)]
        self.prose.instead = {}
        return "\n\n".join(part for part in (*parts, self.prose.markdown("stem", before)) if part)

    def rows(self, place: str, choices: Sequence[Element]) -> list[dict[str, Any]]:
        """Choices of an interaction as rows of the author's form, with ids that fit."""
        names = self.ids(place, [attribute(choice, "identifier") for choice in choices])
        return [self._row(place, told, choice) for told, choice in zip(names, choices, strict=True)]

    def ids(self, place: str, identifiers: list[str]) -> list[str]:
        """Our ids for identifiers of the file: the same where they fit, else letters."""
        told = [from_identifier(one) for one in identifiers]
        fitting = all(ID.fullmatch(one) and one != RESERVED for one in told)
        if not fitting or len(set(told)) < len(told):
            self.changes.add(place, ", ".join(identifiers), "id_changed")
            told = [letter(rank).lower() for rank in range(len(told))]
        return told

    def _row(self, place: str, told: str, choice: Element) -> dict[str, Any]:
        identifier = attribute(choice, "identifier")
        self.identifiers[f"{place}.{told}"] = identifier
        row: dict[str, Any] = {"id": told, "text": self.prose.of(f"{place}[{told}].text", choice)}
        why = self.why_of(f"{place}[{told}].rationale", identifier, choice)
        return {**row, "rationale": why} if why else row

    def why_of(self, place: str, identifier: str, choice: Element) -> str:
        """The feedback of one choice: in it, or shown for its identifier."""
        told = [self.prose.of(place, part) for part in every(choice, *FEEDBACK)]
        return _once(*told, self.shown_for(place, identifier))

    def shown_for(self, place: str, identifier: str) -> str:
        """The feedback of its own that is shown for an identifier."""
        shown = [part for part in self._modal() if attribute(part, "identifier") == identifier]
        return _once(*(self.prose.of(place, part) for part in shown))

    def why(self) -> str:
        """Feedback that belongs to no choice, each text once."""
        known = set(self.identifiers.values())
        apart = [part for part in self._modal() if attribute(part, "identifier") not in known]
        loose = [part for part in every(self.body, *FEEDBACK) if not _is_in_choice(part)]
        return _once(*(self.prose.of("rationale", part) for part in (*loose, *apart)))

    def _modal(self) -> list[Element]:
        return children(self.root, "modal-feedback")

    def renamed(self, place: str, rows: Sequence[dict[str, Any]], hidden: Sequence[str]) -> None:
        """Give rows other ids when these, in the order ``hidden``, would give the key away."""
        if not reveals(hidden):
            return
        self.changes.add(place, ", ".join(hidden), "id_changed")
        first = list(dict.fromkeys(hidden))
        # One step round: what was sorted begins with its second letter and ends with its first.
        fresh = {told: letter((rank + 1) % len(first)).lower() for rank, told in enumerate(first)}
        for row in rows:
            fresh.setdefault(row["id"], letter(len(fresh)).lower())
        told = {fresh[row["id"]]: self.identifiers.pop(f"{place}.{row['id']}") for row in rows}
        self.identifiers |= {f"{place}.{one}": identifier for one, identifier in told.items()}
        for row in rows:
            row["id"] = fresh[row["id"]]

    def identifier(self, place: str, told: str) -> str:
        """What the file calls the row of this id."""
        return self.identifiers[f"{place}.{told}"]


def _is_in_choice(element: Element) -> bool:
    return any(
        name(outer) in ("simple-choice", "simple-associable-choice") for outer in element.iterancestors()
    )


def _once(*texts: str) -> str:
    """Texts that say something, each once."""
    return "\n\n".join(dict.fromkeys(one for one in texts if one))


def is_blank(text: str | None) -> bool:
    """Whether a text has nothing to read."""
    return not text or bool(_BLANK.fullmatch(text))
