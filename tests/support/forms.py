"""What a browser would send of a form on a page, untouched."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    """Collects the fields of the form with one id."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.is_inside = form_id, False
        self.fields: dict[str, str] = {}
        self.buttons: list[str] = []
        self._name, self._select = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.is_inside = told.get("id") == self.form_id
        elif self.is_inside:
            self._field(tag, {name: value or "" for name, value in told.items()}, told)

    def _field(self, tag: str, told: dict[str, str], present: dict[str, Any]) -> None:
        name = told.get("name", "")
        if tag == "input" and name:
            if told.get("type") not in ("checkbox", "radio") or "checked" in present:
                self.fields[name] = told.get("value", "")
        elif tag == "textarea":
            self._name, self.fields[name] = name, ""
        elif tag == "select":
            self._select, self.fields[name] = name, ""
        elif tag == "option" and "selected" in present:
            self.fields[self._select] = told["value"]
        elif tag == "button":
            self.buttons.append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        if tag == "textarea" and self._name:
            # A line end right after the tag belongs to the page, not to the text.
            self.fields[self._name] = self.fields[self._name].removeprefix("\n").replace("\n", "\r\n")
            self._name = ""

    def handle_data(self, data: str) -> None:
        if self._name:
            self.fields[self._name] += data


def read(html: str, form_id: str) -> _Form:
    """The fields and the values of the buttons of a form."""
    told = _Form(form_id)
    told.feed(html)
    return told
