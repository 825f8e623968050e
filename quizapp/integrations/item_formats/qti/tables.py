"""Tables of HTML as tables of Markdown, and whether two texts of Markdown read alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from quizapp.integrations.item_formats.markdown_text import PARSER
from quizapp.integrations.item_formats.qti.names import Element, attribute, children, every


def markdown(element: Element, cell: Callable[[Element], str], spread: Callable[[], None]) -> str:
    """The rows of a table, the first of them as its head; ``spread`` is told of cells over others."""
    rows = [children(row, "th", "td") for row in every(element, "tr")]
    if any(
        attribute(one, span, "1") != "1" for row in rows for one in row for span in ("colspan", "rowspan")
    ):
        spread()
    told = [[cell(one) for one in row] for row in rows if row]
    width = max((len(row) for row in told), default=0)
    if not width:
        return ""
    head, *body = (row + [""] * (width - len(row)) for row in told)
    return "\n".join(_row(row) for row in (head, ["---"] * width, *body))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def reads_alike(one: str, other: str) -> bool:
    """Whether two texts of Markdown mean the same."""
    return _meaning(one) == _meaning(other)


def _meaning(text: str) -> list[Any]:
    told: list[Any] = []
    for token in PARSER.parse(text):
        told.append((token.type, token.tag, token.hidden, token.attrs.get("start")))
        told += _words(token.children or [])
        if token.type in ("fence", "code_block"):
            told.append(token.content)
    return told


def _words(tokens: Sequence[Any]) -> list[Any]:
    """Inline tokens with texts next to each other as one: an escaped character is a token of its own."""
    told: list[Any] = []
    for token in tokens:
        if token.type in ("text", "text_special"):
            if told and isinstance(told[-1], str):
                told[-1] += token.content
            elif token.content:
                told.append(token.content)
        else:
            told.append((token.type, token.content, tuple(sorted(token.attrs.items()))))
    return told
