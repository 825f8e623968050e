"""A test over all items of a package, for programs that only open tests."""

from __future__ import annotations

from collections.abc import Iterable

from quizapp.integrations.item_formats.qti.names import Dialect, Element, Maker

SCORE = "SCORE"


def write(dialect: Dialect, title: str, items: Iterable[tuple[str, str]]) -> Element:
    """One part with one section; ``items`` are (identifier, address) in order."""
    make = Maker(dialect)
    references = [
        make("assessment-item-ref", {"identifier": identifier, "href": href}) for identifier, href in items
    ]
    section = make(
        "assessment-section", {"identifier": "all", "title": title, "visible": "true"}, *references
    )
    how = {"identifier": "part", "navigation-mode": "nonlinear", "submission-mode": "individual"}
    total = make("sum", None, make("test-variables", {"variable-identifier": SCORE}))
    return make(
        "assessment-test",
        {"identifier": "test", "title": title},
        make(
            "outcome-declaration",
            {"identifier": SCORE, "cardinality": "single", "base-type": "float"},
            make("default-value", None, make("value", None, "0")),
        ),
        make("test-part", how, section),
        make("outcome-processing", None, make("set-outcome-value", {"identifier": SCORE}, total)),
    )
