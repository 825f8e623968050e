"""Finding every route a role can reach by following links, one address per route."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from playwright.sync_api import Error
from werkzeug.exceptions import HTTPException

from tests.gates.conftest import Place
from tests.gates.looking import Window

#: What pages are made of is no page.
NOT_PAGES = ("static", "bootstrap.static")


def route_of(place: Place, url: str) -> str | None:
    """The endpoint a URL leads to, or None when it leaves the product or is no page."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != place.url:
        return None
    try:
        endpoint, _ = place.app.url_map.bind("127.0.0.1").match(parts.path, method="GET")
    except HTTPException:
        return None
    return None if endpoint in NOT_PAGES else endpoint


def walk(place: Place, window: Window, doors: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """(route, URL, what is wrong with it) of these paths and of every route links lead to from them."""
    found: set[str] = set()
    waiting = deque(f"{place.url}{path}" for path in doors)
    unseen = set(waiting)
    while waiting:
        url = waiting.popleft()
        route = route_of(place, url)
        if route is None or (route in found and url not in unseen):
            continue
        found.add(route)
        unseen.discard(url)
        try:
            faults = window.open(url, route)
        except Error as error:
            if "Download is starting" not in str(error):
                raise
            yield route, url, []
            continue
        yield route, url, faults
        links = window.page.locator("a[href]").evaluate_all("nodes => nodes.map(n => n.href)")
        waiting += [link.partition("#")[0] for link in links]
