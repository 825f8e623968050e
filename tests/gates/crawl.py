"""Finding every page a role can reach by following links, one page per route."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException

from tests.gates.conftest import Place

#: Downloads are not pages.
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


def pages(place: Place, page: Any) -> list[tuple[str, str]]:
    """(route, URL) of each page that can be reached from the start page, one per route."""
    found: dict[str, str] = {}
    waiting = [f"{place.url}/"]
    while waiting:
        url = waiting.pop(0)
        route = route_of(place, url)
        if route is None or route in found:
            continue
        answer = page.request.get(url)
        if "text/html" not in answer.headers.get("content-type", ""):
            found[route] = ""
            continue
        page.goto(url)
        found[route] = url
        links = page.locator("a[href]").evaluate_all("nodes => nodes.map(n => n.href)")
        waiting += [link.partition("#")[0] for link in links]
    return [(route, url) for route, url in found.items() if url]
