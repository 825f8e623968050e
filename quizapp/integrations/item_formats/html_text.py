"""HTML of other programs as Markdown; whatever Markdown has no word for is told.

Only what the product shows is written: paragraphs, emphasis, code, lists, quotations, tables, rules,
two levels of headings, and pictures. Text is never lost without a word about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from lxml import etree, html

from quizapp.domain.exchange import MEDIA_PREFIX
from quizapp.domain.formula import FORMULA, found, is_sound
from quizapp.integrations.item_formats.html_names import (
    BLOCKS,
    DETAILS,
    DROPPED,
    EMPHASIS,
    HEADINGS,
    MAX_DEPTH,
    SUB,
    SUPER,
    TRANSPARENT,
)
from quizapp.integrations.item_formats.markdown_text import (
    as_html,
    escaped,
    lines_escaped,
    settled,
    unsettled,
)

_BARE = re.compile(r"\s*<p>([^<]*)</p>\s*|([^<]*)")
_SPACE = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v\n]*|[ \t\r\f\v]+")
_TAG = re.compile("<[^>]*>")
_BRACKETS = re.compile(r"[\[\]\\]")
_FORMULAS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"))
#: A line break while a line is put together; no text holds this character.
BREAK = "\0"

FindPicture = Callable[[str], str | None]
"""(address of a picture) -> its name in the package, None where there is none."""


@dataclass(slots=True)
class Converted:
    """Markdown, and what had to be changed: (reason, value), each once."""

    text: str
    changes: list[tuple[str, str]] = field(default_factory=list)


def as_markdown(source: str, find_picture: FindPicture = lambda _address: None) -> Converted:
    """Markdown that shows what the HTML does; a line end at the very end stays one."""
    if not source.strip():
        return Converted("")
    words = _BARE.fullmatch(source)
    if words is not None:
        # Most texts are one paragraph of words, and need no tree.
        text = escaped(_SPACE.sub(_one_space, unescape(words[1] or words[2] or "")).strip(" \n"))
        return Converted(text + _tail(source), _formulas(source))
    root = html.fragment_fromstring(source, create_parent="div", parser=_parser())
    if _depth(root) > MAX_DEPTH:
        return Converted("", [("too_deep", "")])
    writer = Writer(find_picture)
    text = settled("\n\n".join(writer.blocks(root)))
    if writer.has_marks:
        bare = Writer(find_picture, keeps_marks=False)
        plain = settled("\n\n".join(bare.blocks(root)))
        writer, text = (writer, text) if shows_the_same(text, plain) else (bare, plain)
    changes = list(dict.fromkeys([*_formulas(source), *writer.changes]))
    return Converted(text + _tail(source), changes)


def shows_the_same(marked: str, plain: str) -> bool:
    """Whether marks of emphasis and code are all taken for such: side by side they can mean other things."""
    return _TAG.sub("", as_html(marked)) == _TAG.sub("", as_html(plain))


def _parser() -> html.HTMLParser:
    return html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)


def _tail(source: str) -> str:
    return "\n" if source.endswith("\n") else ""


def _one_space(match: re.Match[str]) -> str:
    # A line end of the source stays one: both are one space to whoever reads the page.
    return "\n" if "\n" in match[0] else " "


def _formulas(source: str) -> list[tuple[str, str]]:
    """A formula in a notation of other programs, or in TeX that is not known here."""
    source = FORMULA.sub(lambda told: "" if is_sound(found(told).source) else told[0], unescape(source))
    for opening, closing in _FORMULAS:
        start = source.find(opening)
        end = source.find(closing, start + len(opening)) if start >= 0 else -1
        if end >= 0:
            return [("formula", source[start : end + len(closing)][:60])]
    return []


def _depth(root: Any) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


Piece = tuple[str, str]
"""A part of a line, and the marker it stands between ("" for none)."""


class Writer:
    """One text; remembers what it had to change."""

    def __init__(self, find_picture: FindPicture, keeps_marks: bool = True) -> None:
        self.changes: list[tuple[str, str]] = []
        self.has_marks = False
        self._find_picture = find_picture
        self._keeps_marks = keeps_marks

    def blocks(self, node: Any) -> list[str]:
        """The blocks of a container; text between them is a paragraph."""
        found: list[str] = []
        line = [_plain(node.text)]
        for child in node:
            if _is_block(child):
                found += [*self._paragraph(line), *self._block(child)]
                line = []
            else:
                line.append(self._piece(child))
            line.append(_plain(child.tail))
        return found + self._paragraph(line)

    def _paragraph(self, pieces: list[Piece]) -> list[str]:
        """What was collected between two blocks, as a paragraph if it says anything."""
        line = re.sub(r" *\n *", "\n", self.joined(pieces))
        # One break is a line end within a paragraph; several are how people make a new one.
        parts = (part.strip(f" \n{BREAK}") for part in re.split(f"(?: *{BREAK}\\s*){{2,}}", line))
        return [lines_escaped(re.sub(f"{BREAK}\n?", "\\\\\n", part)) for part in parts if part]

    def _block(self, node: Any) -> list[str]:
        self._note_style(node)
        name = node.tag
        if name in ("ul", "ol"):
            return self._list(node)
        if name == "table":
            return self._table(node)
        if name == "pre":
            return [_fenced(node.text_content())]
        if name == "hr":
            return ["---"]
        inner = self.blocks(node)
        if name == "blockquote":
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(inner).split("\n"))]
        if name in HEADINGS:
            return self._heading(name, inner)
        return inner

    def _heading(self, name: str, inner: list[str]) -> list[str]:
        level = HEADINGS[name]
        if name != f"h{level}":
            self.changes.append(("heading_level", name))
        text = _one_line(inner)
        return [f"{'#' * level} {text}"] if text else []

    def _list(self, node: Any) -> list[str]:
        is_ordered = node.tag == "ol"
        start = node.get("start", "")
        number = int(start) if is_ordered and start.isascii() and start.isdigit() and len(start) < 9 else 1
        items = [child for child in node if isinstance(child.tag, str)]
        blocks = [self.blocks(child) for child in items]
        is_loose = any(map(_has_paragraphs, items, blocks))
        rows = []
        for place, inner in enumerate(blocks, number):
            marker = f"{place}. " if is_ordered else "- "
            rows.append(marker + _indented(("\n\n" if is_loose else "\n").join(inner), len(marker)))
        return [("\n\n" if is_loose else "\n").join(rows)] if rows else []

    def _table(self, node: Any) -> list[str]:
        rows = [row for row in node.iter("tr") if _table_of(row) is node]
        if not rows:
            return self.blocks(node)
        caption = [block for child in node.iterchildren("caption") for block in self.blocks(child)]
        if not any(cell.tag == "th" for cell in rows[0]):
            self.changes.append(("header_made", ""))
        cells = [[self._cell(cell) for cell in row if cell.tag in ("th", "td")] for row in rows]
        width = max(map(len, cells))
        lines = [_row([*row, *[""] * (width - len(row))]) for row in cells]
        return [*caption, "\n".join([lines[0], _row(["---"] * width), *lines[1:]])]

    def _cell(self, node: Any) -> str:
        self._note_style(node)
        if node.get("colspan", "1") != "1" or node.get("rowspan", "1") != "1":
            self.changes.append(("cells_merged", ""))
        text = _one_line(self.blocks(node))
        return re.sub(r"(?<!\\)\|", r"\\|", text)

    def _inline(self, node: Any) -> str:
        pieces = [_plain(node.text)]
        for child in node:
            pieces += [self._piece(child), _plain(child.tail)]
        return self.joined(pieces)

    def _piece(self, node: Any) -> Piece:
        name = node.tag
        if not isinstance(name, str):
            return "", ""
        self._note_style(node)
        if name in DROPPED:
            self.changes.append(("element_dropped", name))
            return "", ""
        if name in INLINE:
            return INLINE[name](self, node), ""
        inner = self._inline(node)
        if name in EMPHASIS:
            # Emphasis inside the same emphasis adds nothing a reader could see.
            is_repeated = any(EMPHASIS.get(outer.tag) == EMPHASIS[name] for outer in node.iterancestors())
            return inner, "" if is_repeated else EMPHASIS[name]
        if name not in TRANSPARENT:
            self.changes.append(("markup_dropped", name))
        return inner, ""

    def joined(self, pieces: list[Piece]) -> str:
        """The pieces as one line; neighbours with the same emphasis share its markers."""
        merged: list[Piece] = []
        for text, marker in pieces:
            if text and merged and marker == merged[-1][1]:
                merged[-1] = (merged[-1][0] + text, marker)
            elif text:
                merged.append((text, marker))
        line = ""
        for place, (text, marker) in enumerate(merged):
            after = merged[place + 1][0] if place + 1 < len(merged) else ""
            line += self._wrapped(text, marker, line[-1:], after[:1])
        return line

    def _wrapped(self, text: str, marker: str, before: str, after: str) -> str:
        """Emphasis may touch no space on its inner side, nor stand between a sign and a letter."""
        inner = text.strip(f" \n{BREAK}")
        if not marker or not inner:
            return text
        start = text.index(inner)
        lead, rest = text[:start], text[start + len(inner) :]
        opens = lead or inner[0].isalnum() or not before.isalnum()
        closes = rest or inner[-1].isalnum() or not after.isalnum()
        if not (opens and closes and self._keeps_marks):
            self.changes.append(("markup_dropped", marker))
            return text
        self.has_marks = True
        return f"{lead}{marker}{inner}{marker}{rest}"

    def _break(self, _node: Any) -> str:
        return BREAK

    def _code(self, node: Any) -> str:
        text = " ".join(node.text_content().split())
        if not self._keeps_marks:
            self.changes.append(("markup_dropped", "code"))
            return unsettled(text)
        self.has_marks = True
        return _code_span(text)

    def _picture(self, node: Any) -> str:
        address = node.get("src", "")
        name = self._find_picture(address)
        text = " ".join((node.get("alt") or "").split())
        if name is None:
            self.changes.append(("picture_dropped", address[:60]))
            return unsettled(text)
        shown = _BRACKETS.sub(r"\\\g<0>", text)
        return f"![{shown}]({MEDIA_PREFIX}{name})"

    def _link(self, node: Any) -> str:
        address = node.get("href")
        if address:
            self.changes.append(("link_dropped", address[:60]))
        return self._inline(node)

    def _raised(self, node: Any) -> str:
        return self._shifted(node, SUPER)

    def _lowered(self, node: Any) -> str:
        return self._shifted(node, SUB)

    def _shifted(self, node: Any, letters: dict[int, int]) -> str:
        """A power or an index in letters of its own, where there are such letters."""
        text = node.text_content()
        if all(ord(letter) in letters for letter in text):
            return str(text.translate(letters))
        self.changes.append(("markup_dropped", node.tag))
        return self._inline(node)

    def _note_style(self, node: Any) -> None:
        if isinstance(node.tag, str) and (node.get("style") or node.tag in ("font", "big", "small")):
            self.changes.append(("style_dropped", ""))


INLINE: Mapping[str, Callable[[Writer, Any], str]] = {
    "br": Writer._break,
    "code": Writer._code,
    "img": Writer._picture,
    "a": Writer._link,
    "sup": Writer._raised,
    "sub": Writer._lowered,
    "wbr": lambda _writer, _node: "",
}


def _is_block(node: Any) -> bool:
    """Whether a child stands by itself; an inline element around blocks is one too."""
    if not isinstance(node.tag, str) or node.tag in DROPPED:
        return False
    return node.tag in BLOCKS or any(inner.tag in BLOCKS for inner in node.iterdescendants())


def _plain(text: str | None) -> Piece:
    return unsettled(_SPACE.sub(_one_space, text)) if text else "", ""


def _indented(text: str, width: int) -> str:
    first, *others = text.split("\n")
    return "\n".join([first, *(line and " " * width + line for line in others)])


def _has_paragraphs(item: Any, blocks: list[str]) -> bool:
    inner_lists = sum(child.tag in ("ul", "ol") for child in item)
    return item.find("p") is not None or len(blocks) - inner_lists > 1


def _one_line(blocks: list[str]) -> str:
    return " ".join(" ".join(blocks).replace("\\\n", " ").split())


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _table_of(row: Any) -> Any:
    return next(row.iterancestors("table"), None)


def _code_span(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}" if text.strip() else ""


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    text = text.removesuffix("\n")
    return f"{fence}\n{text}\n{fence}"


def problems(converted: Converted) -> Iterator[tuple[str, str, str]]:
    """(reason, value, detail) of every change."""
    for reason, value in converted.changes:
        yield reason, value, DETAILS[reason]
