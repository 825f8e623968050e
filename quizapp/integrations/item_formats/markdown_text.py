"""Plain text as Markdown that shows exactly that text, and Markdown as HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from quizapp.domain.exchange import MEDIA_PREFIX
from quizapp.domain.formula import FORMULA, found, is_sound


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula goes out as its TeX, dollars and all: nothing in it is Markdown."""
    match = FORMULA.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.pending += match[0]
    state.pos = match.end()
    return True


#: The Markdown of items: as the product shows it, so without HTML, and with tables.
PARSER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
PARSER.inline.ruler.before("escape", "formula", _formula)

#: Stands for a dollar that begins and ends no formula; no text holds this character.
DOLLAR = "\x01"

#: What would begin or end markup inside a line: escapes, code, emphasis, links, tags, entities. The ends
#: of the text count as letters: there may be markup beyond them.
_INLINE = re.compile(
    r"(?P<blank>(?<=\s)_+(?=\s))"  # a blank to fill in is no markup
    r"|\\(?=[!-/:-@\[-`{-~\n]|$)"
    r"|`"
    r"|\*(?!\s)|(?<!\s)\*"
    r"|(?<![^\W_])_(?!\s)|(?<!\s)_(?![^\W_])"
    r"|\](?=[(\[:])"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w{1,32};)"
)
#: What would make a line a heading, a quotation, a fence or part of a list ...
_LINE = re.compile(r"(?m)^( {0,3})(?=#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|~{3})")
_NUMBER = re.compile(r"(?m)^( {0,3}\d{1,9})(?=[.)](?:\s|$))")
#: ... or a rule, the line under a heading, or the one under the first row of a table.
_RULE = re.compile(r"(?m)^(?=[ \t]*[-=_|:][-=_|: \t]*$)([ \t|:]*)(?=[-=_])")
_IMAGE = re.compile(rf"(!\[(?:\\.|[^\[\]\\\n])*\]\(){re.escape(MEDIA_PREFIX)}([^\s()]+)(?=[\s)])")


def escaped(text: str) -> str:
    """Markdown that shows ``text``; what needs no backslash gets none."""
    return lines_escaped(inline_escaped(text))


def inline_escaped(text: str) -> str:
    """The same for a part of a line. A formula stays one; dollars around anything else stay dollars."""
    return settled(unsettled(text))


def unsettled(text: str) -> str:
    """The same for a part whose neighbours are still to come: what its dollars are, `settled` decides."""
    between, formulas, end = [], [], 0
    for match in FORMULA.finditer(text):
        if is_sound(found(match).source):
            between.append(_marked(text[end : match.start()]).replace("$", DOLLAR))
            formulas.append(match[0])
            end = match.end()
    return _woven([*between, _marked(text[end:]).replace("$", DOLLAR)], formulas)


def settled(text: str) -> str:
    """A text with the dollars that are no part of a formula: bare, unless they would make one."""
    bare = text.replace(DOLLAR, "$")
    is_same = FORMULA.findall(bare) == FORMULA.findall(text)
    return bare if is_same else text.replace(DOLLAR, "\\$")


def _woven(between: Sequence[str], formulas: Sequence[str]) -> str:
    pairs = zip(between, [*formulas, ""], strict=True)
    return "".join(part for pair in pairs for part in pair)


def _marked(text: str) -> str:
    return _INLINE.sub(lambda match: match[0] if match["blank"] else "\\" + match[0], text)


def lines_escaped(text: str) -> str:
    """The same for what means something only at the beginning of a line."""
    text = _RULE.sub(r"\1\\", text)
    return _NUMBER.sub(r"\1\\", _LINE.sub(r"\1\\", text))


def as_html(text: str) -> str:
    """HTML of a text, which ends with a line end when the text does."""
    html = str(PARSER.render(text))
    return html if text.endswith("\n") else html.removesuffix("\n")


def words(text: str) -> str:
    """The words of a text, a line for each block and each line that was broken; markup is left out."""
    lines = []
    for token in PARSER.parse(text):
        if token.type == "inline":
            lines.append("".join(_word(inner) for inner in token.children or []))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
    return "\n".join(lines)


def _word(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
    return token.content


def pictures_in(text: str) -> list[str]:
    """Names of the package's pictures a text shows, in order, each once."""
    return list(dict.fromkeys(match[2] for match in _IMAGE.finditer(text)))


def with_pictures_at(text: str, prefix: str) -> str:
    """The text, its pictures named after another prefix than ``media/``."""
    return _IMAGE.sub(lambda match: f"{match[1]}{prefix}{match[2]}", text)
