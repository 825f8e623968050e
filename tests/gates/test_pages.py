"""Every page of every role: accessible, translated, unclipped, without an outside request."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gates.conftest import ROLES, Place
from tests.gates.crawl import walk
from tests.gates.doors import doors
from tests.gates.looking import window
from tests.gates.reach import reachable

#: One fault of each kind the looks are for.
FAULTY = """<!doctype html><html lang="en"><title>x</title><body>
<h1>⟦Märked⟧ and bare</h1><p>⟦Märked ⟦twîce⟧⟧</p><p translate="no">Ada Moreau</p>
<p style="overflow: hidden; white-space: nowrap; width: 20px">⟦Cût öff⟧</p>
<img src="data:," alt="Bare"><input><p style="width: 500px">⟦Wîdé⟧</p>"""


@pytest.mark.parametrize("role", list(ROLES))
def test_every_page_of_a_role(place: Place, browser: Any, role: str) -> None:
    with window(place, browser, role) as seen:
        found = list(walk(place, seen, doors(place, role)))
    faults = {url: told for _route, url, told in found if told}
    assert (faults, seen.outside, seen.errors) == ({}, [], [])
    assert {route for route, _url, _told in found} == reachable(place.app, role)


def test_the_looks_see_faults(place: Place, browser: Any) -> None:
    with window(place, browser, "visitor") as seen:
        seen.page.set_content(FAULTY)
        assert seen.look() == [
            "axe 360 dark: label: input",
            "clipped at 360: P.: ⟦Cût öff⟧",
            "clipped at 360: page is 148 px too wide",
            "clipped at 1280: P.: ⟦Cût öff⟧",
            "not translated: ⟦Märked⟧ and bare",
            'not translated: alt="Bare"',
        ]
