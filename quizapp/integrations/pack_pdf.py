"""The emergency pack as a PDF: a list for the proctor, then each form and its answer sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from quizapp.domain.errors import Invalid, Problem
from quizapp.domain.pack import Pack, PrintedForm, PrintedItem, PrintedPicture, answer_space, lines
from quizapp.domain.picture import MEDIA_PREFIX, REFERENCE

#: Typographic signs that every PDF reader's own fonts show only in a plainer form.
PLAIN = str.maketrans(
    {"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "•": "-", "→": "->",
     "≤": "<=", "≥": ">=", "−": "-", "\u00a0": " ", "\u202f": " ", "\u2011": "-"}
)  # fmt: skip
#: Underscores are left alone: a stem may hold a blank to fill in.
EMPHASIS = re.compile(r"(\*\*|`)(.+?)\1", re.DOTALL)
HOW = {
    "single_choice": "Fill one bubble.",
    "true_false": "Fill one bubble.",
    "multiple_response": "Fill every bubble that is right.",
    "ordering": "Row 1 is the first: fill one bubble a row.",
    "matching": "Fill one bubble for each number.",
    "dropdown_cloze": "Fill one bubble for each gap.",
    "gap_text": "One bubble or one word for each gap.",
    "matrix": "Fill one bubble for each number.",
    "numeric": "Write a number.",
    "parametrised_numeric": "Write a number.",
    "hotspot": "Fill the bubble of every region you choose.",
    "short_text": "Write a few words.",
    "essay": "Write on a sheet of your own.",
}
MARGIN, LINE, GAP, TEXT = 18, 5.2, 3.5, 10.5
BUBBLE, BUBBLE_STEP, ROW = 4.6, 8.5, 6.6
RULE_LENGTH, INDENT = 70, 6
#: Millimetres of a pixel at 96 to the inch, of the tallest picture, and of the tallest plan of one.
PIXEL, TALLEST, TALLEST_PLAN = 25.4 / 96, 110, 90
PROCTOR_COLUMNS = (("Form", 34), ("Name", 66), ("Handed out", 26), ("Handed in", 26), ("Initials", 22))


def draw(pack: Pack, now: datetime, font: str = "") -> bytes:
    """The whole pack; raises `Invalid` ("unprintable") with the signs that the font lacks."""
    if not font:
        _check(pack)
    pdf = _Pages(pack, now, font)
    pdf.proctor_list()
    for form in pack.forms:
        pdf.questions(form)
        pdf.answer_sheet(form)
    return bytes(pdf.output())


def plain(text: str) -> str:
    """A text without the marks of Markdown's emphasis; of a picture what it shows."""
    return EMPHASIS.sub(r"\2", REFERENCE.sub(r"[\g<alt>]", text)).strip()


def _check(pack: Pack) -> None:
    problems = [
        Problem("text", f"U+{ord(sign):04X} {sign}", "unprintable", "name a TrueType file with --font")
        for sign in sorted({sign for text in _texts(pack) for sign in text.translate(PLAIN)})
        if ord(sign) > 0xFF
    ]
    if problems:
        raise Invalid("unprintable", problems)


def _texts(pack: Pack) -> Iterable[str]:
    yield from (pack.exam_title, pack.instructions, pack.notice, *pack.sections)
    for form in pack.forms:
        for item in form.items:
            yield from (item.stimulus_title, item.stimulus_text, item.presented["stem"])
            yield from (text for _, text in lines(item.presented))


class _Pages(FPDF):
    """The pages; the running head names the form on every page of it."""

    def __init__(self, pack: Pack, now: datetime, font: str) -> None:
        super().__init__(format="A4")
        self._pack, self._head, self._is_unicode = pack, "", bool(font)
        self._family = "pack" if font else "helvetica"
        if font:
            for style in ("", "B"):
                self.add_font("pack", style, font)
        self.set_creation_date(now)
        self.set_title(self._said(pack.exam_title))
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 4)
        self.alias_nb_pages()

    def _said(self, text: str) -> str:
        return text if self._is_unicode else text.translate(PLAIN)

    def header(self) -> None:
        """Exam on the left, form on the right, on every page."""
        self._font(9)
        self.cell(0, LINE, self._said(self._pack.exam_title)[:70])
        self.set_x(MARGIN)
        self.cell(0, LINE, self._head, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        self.ln(4)

    def footer(self) -> None:
        """What to do with a page that is found, and which of how many it is."""
        self.set_y(-MARGIN)
        self._font(8)
        self.cell(0, LINE, "Confidential. Collect every page; copy none.")
        self.set_x(MARGIN)
        self.cell(0, LINE, f"{self.page_no()} / {{nb}}", align="R")

    def _font(self, size: float, style: str = "") -> None:
        self.set_font(self._family, style, size)

    def _text(self, text: str, size: float = TEXT, style: str = "", indent: float = 0) -> None:
        self._font(size, style)
        self.set_x(MARGIN + indent)
        self.multi_cell(0, LINE, self._said(plain(text)), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        for shown in self._pictures(text):
            width, height = self._size(shown, indent)
            if self.get_y() + height > self.page_break_trigger:
                self.add_page()
            self.image(io.BytesIO(shown.data), MARGIN + indent, self.get_y() + 1, width, height)
            self.set_y(self.get_y() + height + 2)

    def _pictures(self, text: str) -> list[PrintedPicture]:
        known = self._pack.pictures
        names = (match["target"].removeprefix(MEDIA_PREFIX) for match in REFERENCE.finditer(text))
        return [known[name] for name in names if name in known]

    def _size(self, shown: PrintedPicture, indent: float) -> tuple[float, float]:
        """Width and height on paper: as on a screen, unless its place is smaller."""
        width, height = shown.width * PIXEL, shown.height * PIXEL
        scale = min(1, (self.epw - indent) / width, TALLEST / height)
        return width * scale, height * scale

    # --- the list for the proctor -------------------------------------------------------

    def proctor_list(self) -> None:
        """Who got which form, to be filled in by hand."""
        self._head = "List for the proctor"
        self.add_page()
        self._text("List for the proctor", 16, "B")
        self.ln(2)
        count = len(self._pack.forms)
        self._text(f"{count} forms, {self._pack.minutes} minutes. Add each person's extra time by hand.")
        if self._pack.notice:
            self._text(self._pack.notice, style="B")
        self._text(
            "Write down who gets which form. Collect every page of every form, also of those not used. "
            "Two people key the answer sheets in afterwards, without seeing each other's entry."
        )
        self.ln(3)
        self._row([title for title, _width in PROCTOR_COLUMNS], "B")
        for form in self._pack.forms:
            self._row([form.code, "", "", "", ""])

    def _row(self, cells: list[str], style: str = "") -> None:
        self._font(10, style)
        for text, (_title, width) in zip(cells, PROCTOR_COLUMNS, strict=True):
            self.cell(width, 9, text, border=1)
        self.ln()

    # --- one form -----------------------------------------------------------------------

    def questions(self, form: PrintedForm) -> None:
        """The questions; answers go on the sheet behind them."""
        self._head = f"Form {form.code} - questions"
        self.add_page()
        self._text(self._pack.exam_title, 16, "B")
        if self._pack.notice:
            self._text(self._pack.notice, style="B")
        self._text(f"{len(form.items)} questions, {self._pack.minutes} minutes.")
        self._text("Write on the answer sheet only; it carries the same form code as these pages.")
        calculator = "A calculator may be used." if self._pack.has_calculator else "No calculator."
        self._text(calculator)
        if self._pack.instructions:
            self._text(self._pack.instructions)
        section, stimulus = -1, ""
        for item in form.items:
            if self._pack.sections and item.section != section:
                section = item.section
                self.ln(3)
                self._text(self._pack.sections[section], 13, "B")
            self._question(item, is_introduced=item.stimulus_text not in ("", stimulus))
            stimulus = item.stimulus_text

    def _question(self, item: PrintedItem, is_introduced: bool) -> None:
        """One question, with its stimulus where that is new, on one page where it fits on one."""
        told = list(_lines(item))
        if is_introduced:
            told = [(item.stimulus_title, "B", 0.0), (item.stimulus_text, "", 0.0), *told]
        plan = item.presented.get("picture")
        height = sum(self._height(*line) for line in told) + (self._plan_scale(plan)[1] if plan else 0)
        if self.get_y() + GAP + height > self.page_break_trigger:
            self.add_page()
        self.ln(GAP)
        for text, style, indent in told:
            self._text(text, style=style, indent=indent)
        if plan:
            self._plan(plan)

    def _plan_scale(self, picture: Mapping[str, Any]) -> tuple[float, float]:
        """Millimetres a pixel, and the height that the plan of a picture takes."""
        width, height = picture["width"], picture["height"]
        scale = min(PIXEL, (self.epw - INDENT) / width, TALLEST_PLAN / height)
        return scale, height * scale + 2 * GAP

    def _plan(self, picture: Mapping[str, Any]) -> None:
        """The outlines of a picture's regions with their letters, apart from it: print is grey."""
        scale, height = self._plan_scale(picture)
        left, top = MARGIN + INDENT, self.get_y() + GAP
        self.rect(left, top, picture["width"] * scale, picture["height"] * scale)
        self._font(9, "B")
        for area in picture["areas"]:
            if area["circle"]:
                x, y, radius = (number * scale for number in area["circle"])
                self.ellipse(left + x - radius, top + y - radius, 2 * radius, 2 * radius)
            else:
                self.polygon([(left + x * scale, top + y * scale) for x, y in area["points"]])
            x, y = (number * scale for number in area["label"])
            self.set_xy(left + x - BUBBLE, top + y - BUBBLE / 2)
            self.cell(2 * BUBBLE, BUBBLE, area["letter"], align="C")
        self.set_xy(MARGIN, top + height)

    def _height(self, text: str, style: str, indent: float) -> float:
        self._font(TEXT, style)
        width = self.epw - indent
        told: Any = self.multi_cell(
            width, LINE, self._said(plain(text)), align="L", dry_run=True, output="HEIGHT"
        )
        return float(told) + sum(self._size(shown, indent)[1] + 2 for shown in self._pictures(text))

    def answer_sheet(self, form: PrintedForm) -> None:
        """Bubbles and lines, a block an item, never broken over two pages."""
        self._head = f"Form {form.code} - answer sheet"
        self.add_page()
        self._text("Answer sheet", 16, "B")
        self.ln(3)
        self._text("Name ______________________________   Date ________________   Started ________")
        self.ln(2)
        self._text("Fill bubbles with a dark pen. To change one, cross it out clearly and fill another.", 9)
        for item in form.items:
            self._answer(item)

    def _answer(self, item: PrintedItem) -> None:
        space = answer_space(item.presented)
        if self.get_y() + ROW * len(space.rows) + 3 > self.page_break_trigger:
            self.add_page()
        self.ln(2)
        for number, row in enumerate(space.rows):
            y = self.get_y()
            if number == 0:
                self._font(TEXT, "B")
                self.cell(11, ROW, f"{item.position}.")
                self._font(7.5)
                self.set_xy(self.w - MARGIN - 56, y)
                self.cell(56, ROW, HOW.get(item.presented["type"], ""), align="R")
            self._font(9)
            self.set_xy(MARGIN + 11, y)
            self.cell(8, ROW, row.label)
            if row.letters:
                self._bubbles(row.letters, MARGIN + 19, y)
            else:
                self.line(MARGIN + 11, y + ROW - 1, MARGIN + 11 + RULE_LENGTH, y + ROW - 1)
            self.set_xy(MARGIN, y + ROW)

    def _bubbles(self, letters: tuple[str, ...], x: float, y: float) -> None:
        self._font(7.5)
        for place, letter in enumerate(letters):
            left = x + place * BUBBLE_STEP
            self.ellipse(left, y + (ROW - BUBBLE) / 2, BUBBLE, BUBBLE)
            self.set_xy(left, y + (ROW - BUBBLE) / 2)
            self.cell(BUBBLE, BUBBLE, letter, align="C")


def _lines(item: PrintedItem) -> Iterator[tuple[str, str, float]]:
    """The lines of a question: text, style and indent."""
    yield f"{item.position}.  {item.presented['stem']}", "B", 0
    for label, text in lines(item.presented):
        yield f"{label}   {text}" if label else text, "", INDENT
