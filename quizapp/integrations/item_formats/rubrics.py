"""A rubric for an essay of another program's file, which has none of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Where the file does not say what earns the points, until the author writes it.
NO_CRITERION = "What the file's points are given for."
NO_LEVEL = "The file this item came from does not say what earns this."
CRITERION = "answer"
MOST_POINTS = 999


def made(text: str = "", most: int = 1) -> list[dict[str, Any]]:
    """One criterion, from what the file tells markers, worth all its points or none.

    ``most`` are the points the file gives for the whole; at least one is given.
    """
    points = min(max(most, 1), MOST_POINTS)
    levels = [{"points": told, "text": NO_LEVEL} for told in ("0", str(points))]
    return [{"id": CRITERION, "text": text or NO_CRITERION, "levels": levels}]


def told(criteria: Sequence[Mapping[str, Any]]) -> str:
    """A rubric in words for who marks in another program, as Markdown."""
    return "\n\n".join(
        "\n".join([f"{row['text']}\n", *(f"- {level['points']}: {level['text']}" for level in row["levels"])])
        for row in criteria
    )
