"""Cells of tables: what a spreadsheet would calculate is made harmless on the way out, and back again."""

from __future__ import annotations

import re

#: A cell that starts with one of these would be taken for a formula. An apostrophe before it makes a
#: spreadsheet show it as it is; texts that begin with such an apostrophe themselves get one more.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NEUTRAL = re.compile(r"'+[=+\-@\t\r]")


def neutral(text: str) -> str:
    """The text of a cell that no spreadsheet calculates."""
    return f"'{text}" if _FORMULA.match(text) else text


def bare(cell: str) -> str:
    """The text that `neutral` was given; of a cell somebody typed, the text itself."""
    return cell[1:] if _NEUTRAL.match(cell) else cell
