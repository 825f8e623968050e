"""The body of a Word document as lines of the layout: paragraphs, lists, tables and pictures."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from quizapp.domain.exchange import MEDIA_PREFIX
from quizapp.integrations.item_formats import html_names, html_text, markdown_text
from quizapp.integrations.item_formats.archives import Archive
from quizapp.integrations.item_formats.docx.numbering import BULLET, LETTERS, Lists, attribute, value
from quizapp.integrations.item_formats.docx.styles import Styles
from quizapp.integrations.item_formats.layout import Line
from quizapp.integrations.item_formats.pictures import PictureBox

#: Things of a document that a text cannot show, and what is said about them.
DROPPED = {
    "oMath": "Formulas of the word processor are not kept; write them as text or as a picture.",
    "txbxContent": "Text boxes are not kept.",
    "footnoteReference": "Footnotes are not kept.",
    "endnoteReference": "Endnotes are not kept.",
    "object": "Embedded objects are not kept.",
    "chart": "Charts are not kept; insert them as pictures.",
}
#: Formatting that Markdown has no sign for.
UNKNOWN_LOOKS = ("u", "strike", "dstrike")
OFF = frozenset({"0", "false", "off", "none"})


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring letters with the same looks; Markdown already."""

    text: str
    marker: str = ""


@dataclass(slots=True)
class Document:
    """What reading needs: styles, lists, where pictures are, and where they go."""

    archive: Archive
    styles: Styles
    lists: Lists
    targets: dict[str, str]
    box: PictureBox
    changes: list[tuple[str, str, str]] = field(default_factory=list)

    def lines(self, body: Any) -> Iterator[Line]:
        """Every paragraph and table, in order, each with what it lost."""
        for number, element in enumerate(_blocks(body), start=1):
            self.changes = []
            place = f"paragraph {number}"
            if local(element) == "tbl":
                yield Line(place, self._table(element), is_block=True, changes=tuple(self.changes))
            else:
                yield self._paragraph(element, place)

    def _paragraph(self, element: Any, place: str) -> Line:
        text = self._text(element)
        properties = element.find("{*}pPr")
        style = self.styles.find("" if properties is None else value(properties, "pStyle"))
        numbered = None if properties is None else properties.find("{*}numPr")
        number = style.number if numbered is None else value(numbered, "numId")
        depth = style.depth if numbered is None else value(numbered, "ilvl")
        label = self.lists.label(number, int(depth) if depth.isdecimal() and len(depth) < 3 else 0)
        changes = tuple(self.changes)
        if label is None or not text.strip():
            return Line(place, text, style.is_heading, is_paragraph=True, changes=changes)
        if label.kind == BULLET:
            return Line(place, f"- {markdown_text.lines_escaped(text)}", is_block=True, changes=changes)
        told = f"{label.text} {text}"
        is_soft = label.kind in LETTERS
        return Line(place, told, style.is_heading, is_soft=is_soft, is_paragraph=True, changes=changes)

    def _text(self, element: Any) -> str:
        """Markdown of a paragraph; neighbours that look alike share their markers."""
        pieces = [(run.text, run.marker) for run in self._runs(element)]
        writer = html_text.Writer(lambda _address: None)
        text = writer.joined(pieces)
        if writer.has_marks:
            plain = html_text.Writer(lambda _address: None, keeps_marks=False)
            bare = plain.joined(pieces)
            # Within a line: what the beginning of this one means is asked later.
            is_same = html_text.shows_the_same(f"a {text}", f"a {bare}")
            writer, text = (writer, text) if is_same else (plain, bare)
        for reason, told in writer.changes:
            self._change(reason, told, html_names.DETAILS[reason])
        return re.sub(f" *{html_text.BREAK} *", "\\\\\n", text.strip(f" \n{html_text.BREAK}"))

    def _runs(self, element: Any) -> Iterator[Run]:
        for child in element:
            name = local(child)
            if name == "r":
                yield from self._run(child)
            elif name in ("hyperlink", "ins", "smartTag", "fldSimple", "sdt", "sdtContent", "moveTo"):
                # Deleted text and text moved away stand in elements of their own.
                yield from self._runs(child)
            elif name in ("oMath", "oMathPara"):
                self._change("element_dropped", "oMath", DROPPED["oMath"])

    def _run(self, element: Any) -> Iterator[Run]:
        looks = element.find("{*}rPr")
        if is_on(looks, "vanish"):
            return
        marker = ("**" if is_on(looks, "b") else "") + ("*" if is_on(looks, "i") else "")
        for name in UNKNOWN_LOOKS:
            if is_on(looks, name):
                self._change("markup_dropped", name, html_names.DETAILS["markup_dropped"])
        for child in element:
            text = self._letters(child, "" if looks is None else value(looks, "vertAlign"))
            if text:
                yield Run(text, marker)

    def _letters(self, element: Any, raised: str) -> str:
        match local(element):
            case "t":
                return markdown_text.inline_escaped(self._shifted(element.text or "", raised))
            case "tab":
                return " "
            case "br" | "cr":
                return html_text.BREAK
            case "noBreakHyphen":
                return "‑"
            case "drawing" | "pict" | "object" | "AlternateContent":
                return self._picture(element)
            case other if other in DROPPED:
                self._change("element_dropped", other, DROPPED[other])
        return ""

    def _shifted(self, text: str, raised: str) -> str:
        if raised not in ("superscript", "subscript"):
            return text
        letters = html_names.SUPER if raised == "superscript" else html_names.SUB
        if all(ord(letter) in letters for letter in text):
            return text.translate(letters)
        self._change("markup_dropped", raised, html_names.DETAILS["markup_dropped"])
        return text

    def _picture(self, element: Any) -> str:
        """A picture with its alternative text; what else is drawn is told."""
        for name in ("txbxContent", "chart"):
            if element.find(f".//{{*}}{name}") is not None:
                self._change("element_dropped", name, DROPPED[name])
        blip = next((found for found in element.iter("{*}blip", "{*}imagedata")), None)
        if blip is None:
            return ""
        target = self.targets.get(attribute(blip, "embed") or attribute(blip, "id"), "")
        put = self.box.put(posixpath.basename(target), self.archive.read(target)) if target else None
        if put is None:
            self._change(
                "picture_dropped", target, "A picture that is no PNG, JPEG, GIF or WebP is not kept."
            )
            return ""
        described = next(element.iter("{*}docPr"), None)
        told = "" if described is None else attribute(described, "descr")
        shown = re.sub(r"[\[\]\\]", r"\\\g<0>", " ".join(told.split()))
        return f"![{shown}]({MEDIA_PREFIX}{put})"

    def _table(self, element: Any) -> str:
        """A table, its first row as the header Markdown asks for."""
        rows = [[self._cell(cell) for cell in row.iterchildren("{*}tc")] for row in _rows(element)]
        rows = [row for row in rows if row]
        if not rows:
            return ""
        width = max(map(len, rows))
        shown = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        return "\n".join([shown[0], f"| {' | '.join(['---'] * width)} |", *shown[1:]])

    def _cell(self, element: Any) -> str:
        properties = element.find("{*}tcPr")
        if properties is not None and properties.find("{*}gridSpan") is not None:
            self._change("cells_merged", "", html_names.DETAILS["cells_merged"])
        texts = [self._text(inner) for inner in element.iter("{*}p")]
        return " ".join(" ".join(texts).replace("\\\n", " ").split()).replace("|", "\\|")

    def _change(self, reason: str, told: str, detail: str) -> None:
        self.changes.append((reason, told, detail))


def _blocks(body: Any) -> Iterator[Any]:
    """Paragraphs and tables, those inside content controls and accepted changes too."""
    for child in body:
        name = local(child)
        if name in ("p", "tbl"):
            yield child
        elif name in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if local(child) == "tr":
            yield child
        elif local(child) in ("sdt", "sdtContent", "ins"):
            yield from _rows(child)


def local(element: Any) -> str:
    """The name of an element without its namespace: Word has written two."""
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def is_on(looks: Any | None, name: str) -> bool:
    """Whether a run has a look; ``<w:b w:val="0"/>`` takes it away."""
    found = None if looks is None else looks.find("{*}" + name)
    return found is not None and attribute(found, "val").lower() not in OFF
