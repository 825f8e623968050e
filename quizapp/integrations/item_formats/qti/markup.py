"""Markdown of items as elements of HTML, as much of it as QTI allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it.token import Token

from quizapp.domain.exchange import MEDIA_PREFIX
from quizapp.domain.formula import FORMULA
from quizapp.domain.item_types.variants import PLACE
from quizapp.integrations.item_formats.markdown_text import PARSER
from quizapp.integrations.item_formats.qti.names import Element, Maker, filled

#: A line in which no character can mean anything to Markdown: most texts of most items.
PLAIN = re.compile(r"[A-Za-z(\"'“‘$§](?:[^\s\\`*_\[\]<>&!|~#]| (?=\S))*")
MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}
UNKNOWN_MEDIA = "application/octet-stream"
_KEPT = "p h1 h2 h3 h4 h5 h6 ul ol li blockquote table thead tbody tr th td strong em"
_AS_THEY_ARE = frozenset(_KEPT.split())


class Markup:
    """Writes Markdown into the items of one dialect.

    ``media`` is the way from the file being written to the folder of pictures; ``pictures``
    collects the names of those that were put in; ``printed`` are the variables whose names in braces
    stand for what they are, and the format of each.
    """

    def __init__(self, make: Maker, media: str = f"../{MEDIA_PREFIX}") -> None:
        self.make = make
        self.pictures: set[str] = set()
        self.printed: Mapping[str, str] = {}
        self._media = media

    def blocks(self, text: str) -> list[Element]:
        """Blocks for a text."""
        if PLAIN.fullmatch(text):
            made = [self.make("p", None, text)]
        else:
            made = [part for part in self._all(PARSER.parse(text)) if not isinstance(part, str)]
        for block in made if self.printed else ():
            self._print_in(block)
        return made

    def flow(self, text: str) -> list[Any]:
        """The same, but the inside of its paragraph where it is only one."""
        blocks = self.blocks(text)
        if not is_paragraph(blocks):
            return list(blocks)
        return [blocks[0].text or "", *_with_tails(blocks[0])]

    def picture(self, name: str, words: str, size: Mapping[str, str]) -> Element:
        """A picture of its own, as large as ``size`` (width and height) says."""
        self.pictures.add(name)
        address = f"{self._media}{name}"
        if self.make.dialect.is_three:
            return self.make("img", {"src": address, "alt": words, **size})
        kind = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN_MEDIA)
        return self.make("object", {"data": address, "type": kind, **size}, words)

    def _print_in(self, element: Element) -> None:
        """Put variables into the place of their names, in an element and all inside it."""
        parts = [element.text or "", *_with_tails(element)]
        element.text, element[:] = None, []
        for part in parts:
            if not isinstance(part, str):
                self._print_in(part)
            filled(element, *(self._printed(part) if isinstance(part, str) else [part]))

    def _printed(self, text: str) -> Iterator[Any]:
        """A text with its variables; in a formula the braces stay, they hold a group together."""
        end = 0
        for formula in FORMULA.finditer(text):
            yield from self._variables(text[end : formula.start()], "", "")
            yield from self._variables(formula[0], "{", "}")
            end = formula.end()
        yield from self._variables(text[end:], "", "")

    def _variables(self, text: str, before: str, behind: str) -> Iterator[Any]:
        # Split at a group, texts and names take turns.
        for place, part in enumerate(PLACE.split(text)):
            if place % 2 == 0:
                yield part
            elif part in self.printed:
                yield from (before, self._variable(part), behind)
            else:
                yield f"{{{part}}}"

    def _variable(self, name: str) -> Element:
        return self.make("printed-variable", {"identifier": name, "format": self.printed[name]})

    def _all(self, tokens: Sequence[Token]) -> list[Any]:
        """Elements and texts of tokens on one level; a token that opens takes all up to its end."""
        made: list[Any] = []
        place = 0
        while place < len(tokens):
            end = _end(tokens, place)
            made += self._one(tokens[place], tokens[place + 1 : end])
            place = end + 1
        return made

    def _one(self, token: Token, inside: Sequence[Token]) -> list[Any]:
        match token.type:
            case "inline":
                return self._all(token.children or [])
            case "text" | "text_special":
                return [token.content]
            case "softbreak":
                return ["\n"]
            case "hardbreak":
                return [self.make("br")]
            case "hr":
                return [self.make("hr")]
            case "code_inline":
                return [self.make("code", None, token.content)]
            case "fence" | "code_block":
                return [self.make("pre", None, self.make("code", None, token.content))]
            case "image":
                return self._picture(token)
        return self._nested(token, inside)

    def _nested(self, token: Token, inside: Sequence[Token]) -> list[Any]:
        made = self._all(inside)
        # The paragraph of a tight list is not shown, and a link is only its words, as on our pages.
        if token.hidden or token.tag not in _AS_THEY_ARE:
            return made
        return [filled(self.make(token.tag), *made)]

    def _picture(self, token: Token) -> list[Any]:
        source = str(token.attrs.get("src", ""))
        words = "".join(child.content for child in token.children or [])
        if not source.startswith(MEDIA_PREFIX):
            return [words]
        name = source.removeprefix(MEDIA_PREFIX)
        self.pictures.add(name)
        return [self.make("img", {"src": f"{self._media}{name}", "alt": words})]


def is_paragraph(blocks: Sequence[Element]) -> bool:
    """Whether blocks are one paragraph and nothing else."""
    return len(blocks) == 1 and blocks[0].tag.endswith("}p")


def _end(tokens: Sequence[Token], place: int) -> int:
    depth = 0
    for at in range(place, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at
    return len(tokens) - 1


def _with_tails(element: Element) -> Iterator[Any]:
    for inner in list(element):
        tail, inner.tail = inner.tail or "", None
        yield inner
        if tail:
            yield tail
