"""A learner's window without the browser: one connection, cookies, and the doors a learner uses."""

from __future__ import annotations

import html
import http.client
import json
import re
import time
from collections.abc import Sequence
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
TIMEOUT_SECONDS = 30
RECEIPT_CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b")
ATTEMPT = re.compile(r"/attempts/([0-9a-f-]{36})/")


class Unexpected(OSError):
    """The server answered something else than a learner's window could go on with."""


class ExamClient:
    """One learner at one server; ``save_ms`` collects how long each save took."""

    def __init__(self, url: str) -> None:
        told = urlsplit(url)
        kind = http.client.HTTPSConnection if told.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(str(told.hostname), told.port, timeout=TIMEOUT_SECONDS)
        self._base = told.path.rstrip("/")
        self._cookies: dict[str, str] = {}
        self._token = ""
        self.save_ms: list[int] = []

    def sign_in(self, email: str, password: str) -> None:
        """Through the sign-in page, with its form."""
        csrf = _field(self._get("/login"), "csrf_token")
        fields = {"csrf_token": csrf, "email": email, "password": password}
        if not self._post("/login", fields)[1]:
            raise Unexpected("sign-in was refused")

    def start(self, sitting_id: UUID) -> UUID:
        """Press the start page's button and open the first question; gives the attempt."""
        path = f"/sittings/{sitting_id}/start"
        csrf = _field(self._get(path), "csrf_token")
        place = self._post(path, {"csrf_token": csrf})[1]
        found = ATTEMPT.search(place)
        if found is None:
            raise Unexpected(f"starting led to {place or 'no attempt'}")
        attempt_id = UUID(found.group(1))
        self._token = _field(self._get(f"/attempts/{attempt_id}/items/1"), "token")
        return attempt_id

    def content(self, attempt_id: UUID) -> dict[str, Any]:
        """Every item of the attempt at once."""
        return self._json("GET", f"/attempts/{attempt_id}/content")

    def save(self, attempt_id: UUID, protocol: int, entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Send entries; the answer says what each is worth."""
        begun = time.perf_counter()
        body = {"protocol": protocol, "entries": list(entries)}
        told = self._json("POST", f"/attempts/{attempt_id}/events", body)
        self.save_ms.append(round(1000 * (time.perf_counter() - begun)))
        return told

    def heartbeat(self, attempt_id: UUID, slot: int) -> dict[str, Any]:
        """Say that this window lives."""
        return self._json("POST", f"/attempts/{attempt_id}/heartbeat", {"slot": slot, "unsaved": 0})

    def submit(self, attempt_id: UUID) -> str:
        """End the attempt; gives the code on the receipt."""
        csrf = _field(self._get(f"/attempts/{attempt_id}/review"), "csrf_token")
        self._post(f"/attempts/{attempt_id}/submit", {"csrf_token": csrf})
        found = RECEIPT_CODE.search(self._get(f"/attempts/{attempt_id}/receipt"))
        if found is None:
            raise Unexpected("the receipt shows no code")
        return found.group()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _get(self, path: str) -> str:
        text, place = self._request("GET", path, "", {})
        if place:
            raise Unexpected(f"GET {path} led to {place}")
        return text

    def _post(self, path: str, fields: dict[str, str]) -> tuple[str, str]:
        return self._request("POST", path, urlencode(fields), {"Content-Type": FORM})

    def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        headers = {"X-Attempt-Token": self._token, "Content-Type": JSON}
        text, _place = self._request(method, path, json.dumps(body) if body is not None else "", headers)
        try:
            told = json.loads(text)
        except ValueError as error:
            raise Unexpected(f"{method} {path}: no JSON") from error
        if not isinstance(told, dict):
            raise Unexpected(f"{method} {path}: no JSON object")
        return told

    def _request(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[str, str]:
        """The body of an answer, and where it leads; raises `Unexpected` for an error."""
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            self._connection.request(
                method, self._base + path, body.encode() or None, {"Cookie": cookie, **headers}
            )
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (http.client.HTTPException, UnicodeDecodeError) as error:
            self._connection.close()
            raise Unexpected(f"{method} {path}: {type(error).__name__}") from error
        for line in answer.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        if answer.status >= http.client.BAD_REQUEST:
            raise Unexpected(f"{method} {path}: {answer.status}")
        return text, answer.headers.get("Location", "")


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    if found is None:
        raise Unexpected(f"the page has no field {name}")
    return html.unescape(found.group(1))
