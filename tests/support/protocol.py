"""A client of the save protocol, as patient and as suspicious as a window has to be."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5.0


@dataclass(slots=True)
class ProtocolClient:
    """One writer of one attempt: a journal, and what was acknowledged of it.

    An entry leaves the journal only after its own acknowledgement, in a reply that is exactly the
    protocol's JSON; anything else counts as offline.
    """

    url: str
    attempt_id: str
    token: str
    timeout: float = TIMEOUT_SECONDS
    journal: dict[int, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[int, str] = field(default_factory=dict)
    seq: int = 0
    statuses: list[int] = field(default_factory=list)
    retry_after: list[str | None] = field(default_factory=list)

    def enter(self, slot: int, payload: Any, **more: Any) -> None:
        """Write an entry into the journal."""
        self.seq += 1
        entry = {"client_seq": self.seq, "slot": slot, "kind": "response", "payload": payload}
        self.journal[self.seq] = {**entry, **more}

    def sync(self, most: int = 50) -> bool:
        """Send what waits; says whether the journal is empty now."""
        entries = list(self.journal.values())[:most]
        if entries:
            self._take(self._post("events", {"protocol": 1, "entries": entries}), entries)
        return not self.journal

    def _take(self, told: Any, entries: list[dict[str, Any]]) -> None:
        if not isinstance(told, dict) or (told.get("protocol"), told.get("attempt")) != (1, self.attempt_id):
            return
        sent = {entry["client_seq"] for entry in entries}
        for one in told.get("acknowledged", ()):
            if one["client_seq"] in sent:
                self.acknowledged[one["client_seq"]] = one["disposition"]
                self.journal.pop(one["client_seq"], None)

    def _post(self, path: str, body: Any) -> Any:
        """The reply's JSON, or None for silence and for anything that is not a whole, honest reply."""
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=self.timeout)
        headers = {"Content-Type": "application/json", "X-Attempt-Token": self.token}
        try:
            connection.request("POST", f"/attempts/{self.attempt_id}/{path}", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            self.statuses.append(answer.status)
            self.retry_after.append(answer.getheader("Retry-After"))
            return json.loads(text) if answer.status == 200 else None
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()
