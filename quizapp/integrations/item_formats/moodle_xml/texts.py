"""Texts of Moodle XML: four formats and pictures beside them, as Markdown, and the way back."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from lxml import etree

from quizapp.domain.exchange import MEDIA_PREFIX
from quizapp.integrations.item_formats import html_text, markdown_text
from quizapp.integrations.item_formats.drafts import Draft
from quizapp.integrations.item_formats.own_fields import SCENARIO_END
from quizapp.integrations.item_formats.pictures import PictureBox

#: How Moodle's texts name a file that stands beside them.
PLUGIN_FILE = "@@PLUGINFILE@@/"
_DATA = re.compile(r"data:image/([a-z]+)[^,]{0,60};base64,", re.I)
_IN_MARKDOWN = re.compile(rf"\]\({PLUGIN_FILE}([^\s()]+)")
#: Spacing that HTML does not keep.
_LOOSE = re.compile(r"[\t\r]|  | \n|\n |\n\n|^[\s]|[ ]$")


def child_text(element: Any, path: str, usual: str = "") -> str:
    """The trimmed text of a child element, or what is usual where there is none."""
    found = element.find(path)
    return usual if found is None or found.text is None else found.text.strip()


def raw_text(element: Any) -> str:
    """What stands in an element's ``<text>``, as it is; "" for no element."""
    found = None if element is None else element.find("text")
    return "" if found is None else found.text or ""


class TextReader:
    """Reads texts of one question; what had to change is told to its draft."""

    def __init__(self, draft: Draft, box: PictureBox) -> None:
        self._draft = draft
        self._box = box

    def read(self, element: Any, where: str, usual: str = "html") -> str:
        """Markdown of an element with ``<text>`` and ``<file>`` children; "" for no element."""
        text = raw_text(element)
        if not text.strip():
            return ""
        files = _Files(self._draft, self._box, where, {f.get("name", ""): f for f in element.findall("file")})
        match element.get("format", usual):
            case "markdown":
                told = files.name_in_markdown(text)
            case "plain_text":
                told = markdown_text.escaped(text.strip())
            case "moodle_auto_format":
                told = self._html(text.strip().replace("\n", "<br>\n"), files, where)
            case _:
                told = self._html(text, files, where)
        files.tell_unused()
        return told

    def _html(self, text: str, files: _Files, where: str) -> str:
        converted = html_text.as_markdown(text, files.find)
        for reason, value, detail in html_text.problems(converted):
            tell = self._draft.refuse if reason == "too_deep" else self._draft.change
            tell(where, value, reason, detail)
        return converted.text


class _Files:
    """The files beside one text."""

    def __init__(self, draft: Draft, box: PictureBox, where: str, files: Mapping[str, Any]) -> None:
        self._draft, self._box, self._where = draft, box, where
        self._files = files
        self._used: set[str] = set()

    def find(self, address: str) -> str | None:
        """The package's name of the picture at an address; None for a picture that is elsewhere."""
        told = _DATA.match(address)
        if told:
            return self._put(f"picture.{told[1].lower()}", address[told.end() :])
        if not address.startswith(PLUGIN_FILE):
            return None
        name = unquote(address[len(PLUGIN_FILE) :].partition("?")[0])
        if name not in self._files:
            return None
        self._used.add(name)
        return self._put(name, self._files[name].text or "")

    def name_in_markdown(self, text: str) -> str:
        """Markdown with its pictures named as the package names them."""

        def named(match: re.Match[str]) -> str:
            name = self.find(PLUGIN_FILE + match[1])
            return match[0] if name is None else f"]({MEDIA_PREFIX}{name}"

        return _IN_MARKDOWN.sub(named, text)

    def tell_unused(self) -> None:
        """Files that no text shows are sounds, films or left over."""
        for name in self._files.keys() - self._used:
            self._draft.change(self._where, name, "file_dropped", "The text shows no such picture.")

    def _put(self, name: str, text: str) -> str | None:
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            self._draft.refuse(self._where, name, "bad_picture_data", "The file is not readable as base64.")
            return None
        return self._box.put(name, data)


def put_text(parent: Any, tag: str, text: str, pictures: Mapping[str, bytes], scenario: str = "") -> Any:
    """Add an element with a text: as HTML where that comes back as the very same Markdown, else as is.

    ``scenario`` is Markdown to show before the text; reading takes it off again.
    """
    shown = markdown_text.with_pictures_at(text, PLUGIN_FILE)
    written = _exact_html(text, shown)
    element = etree.SubElement(parent, tag, format="markdown" if written is None else "html")
    if scenario:
        before = markdown_text.with_pictures_at(scenario, PLUGIN_FILE)
        before = before if written is None else markdown_text.as_html(before)
        written = f"{before}\n\n{SCENARIO_END}\n\n{shown if written is None else written}"
    etree.SubElement(element, "text").text = readable(shown if written is None else written)
    for name in markdown_text.pictures_in(f"{scenario}\n{text}"):
        if name in pictures:
            file = etree.SubElement(element, "file", name=name, path="/", encoding="base64")
            file.text = base64.b64encode(pictures[name]).decode()
    return element


def readable(text: str) -> Any:
    """HTML as people expect it in a file of Moodle, where nothing speaks against it."""
    # Such a section would give back other line ends, and it cannot hold its own end.
    return etree.CDATA(text) if "<" in text and "]]>" not in text and "\r" not in text else text


def _exact_html(text: str, shown: str) -> str | None:
    """HTML that reads back as this Markdown, or None."""
    if text == shown and not _LOOSE.search(text.rstrip("\n")) and markdown_text.escaped(text) == text:
        body = text.removesuffix("\n")
        return f"<p>{escape(body)}</p>{text[len(body) :]}" if body else text
    written = markdown_text.as_html(shown)
    back = html_text.as_markdown(written, lambda address: unquote(address.removeprefix(PLUGIN_FILE)))
    return written if back.text == text and not back.changes else None
