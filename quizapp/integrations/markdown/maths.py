"""TeX formulas as MathML: only what `domain.formula` lists goes in, only what is listed here comes out."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from xml.etree.ElementTree import Element

from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element
from markupsafe import escape

from quizapp.domain.formula import Formula, is_sound

#: element -> how many children it has, where that is fixed.
_ELEMENTS: Mapping[str, int | None] = {
    "math": None, "mrow": None, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "mspace": 0, "mfrac": 2, "msqrt": None,
    "mroot": 2, "msup": 2, "msub": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3, "mstyle": None,
    "mtable": None, "mtr": None, "mtd": None,
}  # fmt: skip
_ATTRIBUTES = frozenset(
    {
        "display", "mathvariant", "stretchy", "fence", "form", "accent", "linethickness", "minsize",
        "maxsize", "width", "columnalign", "displaystyle", "scriptlevel", "movablelimits", "lspace",
        "rspace", "separator",
    }
)  # fmt: skip


class _Unknown(Exception):
    """The converter made something that no page may hold."""


#: What goes wrong with TeX that cannot be drawn; the converter's own errors have no common base.
_FAILED: tuple[type[Exception], ...] = (
    _Unknown,
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
)


def mathml(formula: Formula) -> str:
    """The formula as MathML, its TeX beside it for who is read to; as code where it cannot be shown.

    The converter copies the text of formulas without escaping it, so nothing it wrote is kept: the tree
    is written anew from elements, attributes and texts.
    """
    display = "block" if formula.is_display else "inline"
    if is_sound(formula.source):
        try:
            root = convert_to_element(formula.source, display=display)
            inner = "".join(_written(child) for child in root)
            return f'<math display="{display}" alttext="{escape(formula.source)}">{inner}</math>'
        except _FAILED:
            pass
    return f"<code>{escape(formula.source)}</code>"


def _written(element: Element) -> str:
    children = _ELEMENTS.get(element.tag, -1)
    if children == -1 or (children is not None and len(element) != children):
        raise _Unknown(element.tag)
    text = unescape(element.text or "")
    if text.startswith("\\"):
        raise _Unknown(text)
    attributes = "".join(
        f' {name}="{escape(value)}"' for name, value in element.attrib.items() if name in _ATTRIBUTES
    )
    inner = "".join(_written(child) for child in element)
    return f"<{element.tag}{attributes}>{escape(text)}{inner}</{element.tag}>"
