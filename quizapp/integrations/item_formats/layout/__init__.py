"""The plain layout people type in a word processor; Word documents and pasted text are read by it."""

from quizapp.integrations.item_formats.layout.lines import Line
from quizapp.integrations.item_formats.layout.reading import OPTION, read

__all__ = ["OPTION", "Line", "read"]
