"""Names of HTML's elements by what becomes of them, and what is said about what cannot be kept."""

from __future__ import annotations

from collections.abc import Mapping

MAX_DEPTH = 100
#: Said of a text once each, whatever the number of places.
DETAILS: Mapping[str, str] = {
    "markup_dropped": "The text is kept without this markup, which Markdown does not have.",
    "style_dropped": "Colours, sizes and other styles are not kept.",
    "element_dropped": "This element cannot be shown in an item and is not kept.",
    "link_dropped": "Items hold no links: the text of the link is kept, its address is not.",
    "picture_dropped": "A picture outside the file is not fetched and not kept.",
    "cells_merged": "Cells that span rows or columns stand in the first of them.",
    "header_made": "The table had no header row; its first row is one now.",
    "heading_level": "Headings have two levels in an item.",
    "formula": "A formula in TeX is kept as text; it is not drawn.",
    "too_deep": f"The HTML is nested deeper than {MAX_DEPTH}.",
}

SUPER = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
SUB = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
#: Shown as any other text without a loss of meaning.
TRANSPARENT = frozenset([
    "span", "a", "abbr", "cite", "q", "dfn", "time", "data", "bdi", "label", "font", "small", "big", "center",
    "nobr",
])  # fmt: skip
#: Not shown at all.
DROPPED = frozenset([
    "script", "style", "iframe", "object", "embed", "video", "audio", "canvas", "form", "input", "button",
    "select", "textarea", "svg", "math", "applet", "noscript", "template", "head", "title", "meta", "link",
])  # fmt: skip
HEADINGS = {"h1": 3, "h2": 3, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
CONTAINERS = frozenset([
    "html", "body", "div", "section", "article", "main", "header", "footer", "aside", "nav", "figure",
    "figcaption", "details", "summary", "address", "fieldset", "legend", "dl", "dt", "dd", "caption",
])  # fmt: skip
BLOCKS = CONTAINERS | HEADINGS.keys() | frozenset([
    "p", "ul", "ol", "li", "pre", "blockquote", "table", "thead", "tbody", "tfoot", "tr", "hr",
])  # fmt: skip
