"""Text of items, HTML inside QTI, as Markdown; what Markdown cannot say is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from quizapp.integrations.item_formats.qti import formulas, tables
from quizapp.integrations.item_formats.qti.names import Element, attribute, children, name, text_of
from quizapp.integrations.item_formats.qti.reports import Changes, Refusal

Part: TypeAlias = Any
"""An element, without its tail, or a text."""

_BLOCKS = (
    "p div section article aside header footer main nav address h1 h2 h3 h4 h5 h6 ul ol dl blockquote "
    "pre table hr figure figcaption details summary content-body stimulus-body "
    "rubric-block"
)
BLOCKS = frozenset(_BLOCKS.split())
EMPHASIS = {"em": "*", "i": "*", "strong": "**", "b": "**"}
CODE = frozenset({"code", "kbd", "samp", "tt"})
_SILENT = "span label cite dfn abbr acronym time bdi bdo wbr prompt dt dd li"
#: Inside a line without a meaning of their own.
SILENT = frozenset(_SILENT.split())
MEDIA = frozenset({"audio", "video", "track", "media-interaction", "custom-interaction"})
#: Never part of a text: they are read by themselves, or for the program.
_APART = "feedback-inline feedback-block stylesheet template-inline template-block"
APART = frozenset(_APART.split())
SMALL = {
    "sub": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
    "sup": str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"),
}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPECIAL = re.compile(r"[\\`*_\[\]<>&|]")
_BACKSLASHED = r"\\\g<0>"
_LINE_START = re.compile(r"^(?:([#+\-=>~])|(\d{1,9})([.)]))", re.MULTILINE)
_NEXT_LINE = re.compile(r"\n(?!\n)")
_MATHML = "{http://www.w3.org/1998/Math/MathML}"


class Prose:
    """Reads texts of one item.

    ``picture`` gives the name of the picture an address means, None when the file has none;
    ``instead`` what stands for elements that are no text; ``names`` what variables are called here.
    """

    def __init__(self, changes: Changes, picture: Callable[[str], str | None]) -> None:
        self.changes = changes
        self.instead: Mapping[Element, str] = {}
        self.names: Mapping[str, str] = {}
        self._picture_name = picture
        self._field = ""
        self._is_careful = True

    def picture(self, address: str) -> str | None:
        """``media/NAME`` of the picture an address means, None when the file has none."""
        return self._picture_name(address)

    def markdown(self, field: str, parts: Sequence[Part]) -> str:
        """Markdown of these parts, with no more backslashes than it needs."""
        self._field = field
        careful = self._written(parts, True)
        if not _SPECIAL.search(careful) and not _LINE_START.search(careful):
            return careful
        free = self._written(parts, False)
        return free if free == careful or tables.reads_alike(free, careful) else careful

    def of(self, field: str, element: Element | None) -> str:
        """Markdown of all inside an element."""
        return "" if element is None else self.markdown(field, list(inside(element)))

    def _written(self, parts: Sequence[Part], is_careful: bool) -> str:
        self._is_careful = is_careful
        return "\n\n".join(self._blocks(parts))

    def _blocks(self, parts: Sequence[Part]) -> list[str]:
        made: list[str] = []
        line: list[Part] = []
        for part in parts:
            if isinstance(part, str) or part in self.instead or not is_block(part):
                line.append(part)
                continue
            made += self._paragraph(line)
            line = []
            made += self._block(part, made)
        return made + self._paragraph(line)

    def _paragraph(self, parts: Sequence[Part]) -> list[str]:
        told = self._line(parts).strip(" ").removesuffix("\\\n").strip(" ")
        if not told:
            return []
        return [_LINE_START.sub(_escaped_start, told) if self._is_careful else told]

    def _block(self, element: Element, before: Sequence[str]) -> list[str]:
        kind = name(element)
        match kind:
            case "hr":
                return ["---"]
            case "pre":
                return [_fenced(text_of(element))]
            case "blockquote":
                quoted = "\n\n".join(self._blocks(list(inside(element))))
                return ["\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))] if quoted else []
            case "ul" | "ol":
                return self._list(element, before)
            case "table":
                return self._table(element)
        if kind[0] == "h" and kind[1:].isdigit():
            words = self._paragraph(list(inside(element)))
            # The product's pages keep the two levels below their own.
            return [f"{'#' * min(max(int(kind[1:]), 3), 4)} {words[0]}"] if words else []
        return self._blocks(list(inside(element)))

    def _list(self, element: Element, before: Sequence[str]) -> list[str]:
        entries = children(element, "li")
        is_loose = any(children(entry, "p") for entry in entries)
        # Two lists after each other are one to Markdown unless their marks differ.
        bullet = "*" if before and before[-1].startswith("- ") else "-"
        first = int(attribute(element, "start", "1")) if attribute(element, "start", "1").isdigit() else 1
        is_numbered = name(element) == "ol"
        made = []
        for place, entry in enumerate(entries, start=first):
            mark = f"{place}. " if is_numbered else f"{bullet} "
            inner = ("\n\n" if is_loose else "\n").join(self._blocks(list(inside(entry))))
            made.append(mark + _NEXT_LINE.sub("\n" + " " * len(mark), inner))
        return [("\n\n" if is_loose else "\n").join(made)] if made else []

    def _table(self, element: Element) -> list[str]:
        caption = [self._paragraph(list(inside(part))) for part in children(element, "caption")]
        told = tables.markdown(element, self._cell, lambda: self._change("table", "spans_dropped"))
        return [*(words for found in caption for words in found), *([told] if told else [])]

    def _cell(self, cell: Element) -> str:
        told = " ".join(self._blocks(list(inside(cell)))).replace("\\\n", " ").replace("\n", " ")
        return told if self._is_careful else told.replace("|", "\\|")

    def _line(self, parts: Sequence[Part]) -> str:
        told = ""
        for part in parts:
            more = self._words(part) if isinstance(part, str) else self._inline(part)
            if more.startswith("\\\n"):
                told = told.rstrip(" ")
            told += more.lstrip(" ") if told.endswith((" ", "\n")) else more
        return told

    def _words(self, text: str) -> str:
        collapsed = _SPACE.sub(" ", text)
        return _SPECIAL.sub(_BACKSLASHED, collapsed) if self._is_careful else collapsed

    def _inline(self, element: Element) -> str:
        kind = name(element)
        if element in self.instead:
            return self.instead[element]
        if str(element.tag).startswith(_MATHML):
            self._change(text_of(element), "math_as_text")
            return self._words(formulas.in_a_line(element))
        if kind in EMPHASIS:
            return self._emphasis(EMPHASIS[kind], self._line(list(inside(element))))
        if kind in CODE:
            return _code(text_of(element))
        if kind == "br":
            return "\\\n"
        if kind == "img" or (kind == "object" and attribute(element, "type").startswith("image/")):
            return self._picture(element, kind)
        return self._other(element, kind)

    def _other(self, element: Element, kind: str) -> str:
        if kind == "include":
            raise Refusal(self._field, attribute(element, "href"), "include_not_supported")
        if kind in MEDIA or kind in ("object", "picture"):
            raise Refusal(self._field, kind, "media_not_supported")
        if kind == "printed-variable":
            return self._variable(attribute(element, "identifier"))
        inner = self._line(list(inside(element)))
        if kind == "q":
            return f"“{inner}”"
        if kind in SMALL:
            return self._small(kind, inner)
        if kind == "a":
            self._change(inner, "link_dropped")
        elif kind not in SILENT:
            # Interactions inside a text were given a word to stand for them, or are no part of it.
            self._change(kind, "formatting_dropped" if kind.isalpha() else "element_dropped")
        return inner

    def _variable(self, identifier: str) -> str:
        if identifier not in self.names:
            raise Refusal(self._field, f"variable {identifier}", "templates_not_supported")
        return f"{{{self.names[identifier]}}}"

    def _emphasis(self, mark: str, inner: str) -> str:
        bare = inner.strip(" ")
        if not bare:
            return inner
        lead, trail = inner[: len(inner) - len(inner.lstrip(" "))], inner[len(inner.rstrip(" ")) :]
        return f"{lead}{mark}{bare}{mark}{trail}"

    def _small(self, kind: str, inner: str) -> str:
        small = inner.translate(SMALL[kind])
        if any(letter.isascii() for letter in small):
            self._change(f"{kind}: {inner}", "formatting_dropped")
            return self._words("_" if kind == "sub" else "^") + inner
        return small

    def _picture(self, element: Element, kind: str) -> str:
        address = attribute(element, "src" if kind == "img" else "data")
        words = attribute(element, "alt") or (
            _SPACE.sub(" ", text_of(element)).strip() if kind == "object" else ""
        )
        known = self._picture_name(address)
        if known is None:
            self._change(address, "picture_elsewhere")
            return self._words(words)
        return f"![{_SPECIAL.sub(_BACKSLASHED, words)}]({known})"

    def _change(self, value: object, reason: str) -> None:
        self.changes.add(self._field, value, reason)


def inside(element: Element) -> Iterator[Part]:
    """The texts and elements directly inside, without what is read apart from texts."""
    if element.text:
        yield element.text
    for inner in element:
        if name(inner) and not _is_apart(inner):
            yield inner
        if inner.tail:
            yield inner.tail


def _is_apart(element: Element) -> bool:
    """Instructions for learners are the one rubric that is part of the text."""
    if name(element) == "rubric-block":
        return "candidate" not in attribute(element, "view")
    return name(element) in APART


def is_block(element: Element) -> bool:
    """Whether an element stands by itself, or holds one that does."""
    return name(element) in BLOCKS or any(is_block(inner) for inner in element if name(inner))


def _escaped_start(match: re.Match[str]) -> str:
    sign, number, end = match.groups()
    return f"\\{sign}" if sign else f"{number}\\{end}"


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{fence}"


def _code(text: str) -> str:
    told = _SPACE.sub(" ", text)
    longest = max((len(run) for run in re.findall("`+", told)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if told.startswith("`") or told.endswith("`") else ""
    return f"{fence}{padding}{told}{padding}{fence}" if told else ""
