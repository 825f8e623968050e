"""A learner's browser without the browser: one keep-alive connection, cookies, the page's own fields."""

from __future__ import annotations

import html
import http.client
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from benchmarks.installation import Installation
from tests.support.people import sign_in

FORM = "application/x-www-form-urlencoded"
TIMEOUT_SECONDS = 60


class Unexpected(RuntimeError):
    """A page answered with an error."""


@dataclass(slots=True)
class Browser:
    """Somebody at the product; ``seconds`` collects how long each kind of request took."""

    connection: http.client.HTTPConnection
    cookie: str = ""
    seconds: dict[str, list[float]] = field(default_factory=dict)

    @classmethod
    def to(cls, url: str, cookie: str = "") -> Browser:
        """A browser that talks to this server."""
        told = urlsplit(url)
        return cls(http.client.HTTPConnection(str(told.hostname), told.port, timeout=TIMEOUT_SECONDS), cookie)

    def request(self, kind: str, method: str, path: str, body: bytes = b"", **headers: str) -> str:
        """The body of the answer; raises `Unexpected` for an error."""
        told = {"Cookie": self.cookie} if self.cookie else {}
        told |= {name.replace("_", "-"): text for name, text in headers.items()}
        begun = time.perf_counter()
        self.connection.request(method, path, body or None, told)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.seconds.setdefault(kind, []).append(time.perf_counter() - begun)
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, morsel = next(iter(SimpleCookie(cookie).items()))
            self.cookie = f"{name}={morsel.value}"
        if answer.status >= http.client.BAD_REQUEST:
            raise Unexpected(f"{method} {path}: {answer.status} {text[:300]}")
        return answer.headers.get("Location", "") or text

    def rest(self) -> None:
        """Let go of the connection before a pause, after which the server would have closed it."""
        self.connection.close()

    def get(self, kind: str, path: str) -> str:
        """A page."""
        return self.request(kind, "GET", path)

    def save(self, path: str, token: str, body: bytes) -> None:
        """Save a batch, as the runner does."""
        self.request("save", "POST", path, body, X_Attempt_Token=token, Content_Type="application/json")

    def post(self, kind: str, path: str, **fields: str) -> str:
        """Where a form leads."""
        return self.request(kind, "POST", path, urlencode(fields).encode(), Content_Type=FORM)


def value(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise Unexpected(f"no field {name}")
    return html.unescape(found.group(1))


def signed_in(place: Installation, url: str, person_id: UUID) -> Browser:
    """A browser of that person, without paying for the password."""
    client = place.app.test_client()
    sign_in(client, place.context, person_id)
    cookie = client.get_cookie("quizapp")
    if cookie is None:
        raise Unexpected("no session cookie")
    return Browser.to(url, f"quizapp={cookie.value}")
