"""The structure of files of QTI, as its information models describe it, for what we write.

No package index has the schemas of version 3.0, and their licence forbids to copy them here; so this
table says in our own words what may stand in what, in which order, with which attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from quizapp.integrations.item_formats.qti.names import HTML, VERSIONS, attribute, children, name, namespace

#: name -> (children in order, attributes that must be there, attributes that may)
STRUCTURE: Mapping[str, tuple[str, str, str]] = {
    "assessment-item": (
        "response-declaration* outcome-declaration* template-declaration* template-processing? "
        "assessment-stimulus-ref* item-body response-processing modal-feedback*",
        "identifier title adaptive time-dependent",
        "lang schemaLocation",
    ),
    "response-declaration": ("correct-response? mapping?", "identifier cardinality base-type", ""),
    "outcome-declaration": ("default-value?", "identifier cardinality base-type", "external-scored"),
    "template-declaration": ("", "identifier cardinality base-type", ""),
    "template-processing": ("set-template-value+ set-correct-response", "", ""),
    "set-template-value": ("EXPRESSION", "identifier", ""),
    "set-correct-response": ("EXPRESSION", "identifier", ""),
    "integer-to-float": ("EXPRESSION", "", ""),
    "random-integer": ("", "min max", "step"),
    "printed-variable": ("", "identifier format", ""),
    "correct-response": ("value+", "", ""),
    "default-value": ("value+", "", ""),
    "value": ("", "", ""),
    "mapping": ("map-entry+", "default-value", "lower-bound upper-bound"),
    "map-entry": ("", "map-key mapped-value", "case-sensitive"),
    "assessment-stimulus-ref": ("", "identifier href", "title"),
    "item-body": ("FLOW", "", ""),
    "choice-interaction": ("prompt? simple-choice+", "response-identifier shuffle max-choices", ""),
    "order-interaction": ("prompt? simple-choice+", "response-identifier shuffle", ""),
    "match-interaction": (
        "prompt? simple-match-set simple-match-set",
        "response-identifier shuffle max-associations",
        "class",
    ),
    "inline-choice-interaction": ("inline-choice+", "response-identifier shuffle", ""),
    "inline-choice": ("", "identifier", ""),
    "gap-match-interaction": ("prompt? gap-text+ FLOW+", "response-identifier shuffle", ""),
    "hotspot-interaction": (
        "prompt? (img|object) hotspot-choice+",
        "response-identifier max-choices",
        "",
    ),
    "hotspot-choice": ("", "identifier shape coords hotspot-label", ""),
    "gap-text": ("", "identifier match-max", ""),
    "gap": ("", "identifier", ""),
    "simple-match-set": ("simple-associable-choice+", "", ""),
    "simple-choice": ("FLOW", "identifier", ""),
    "simple-associable-choice": ("FLOW", "identifier match-max", "fixed"),
    "text-entry-interaction": ("", "response-identifier", ""),
    "extended-text-interaction": ("prompt?", "response-identifier", "expected-length"),
    "rubric-block": ("BODY", "view use", ""),
    "prompt": ("INLINE", "", ""),
    "feedback-inline": ("INLINE", "outcome-identifier identifier show-hide", ""),
    "feedback-block": ("BODY", "outcome-identifier identifier show-hide", ""),
    "modal-feedback": ("BODY", "outcome-identifier identifier show-hide", ""),
    "content-body": ("FLOW", "", ""),
    "assessment-stimulus": ("stimulus-body", "identifier title", "lang schemaLocation"),
    "stimulus-body": ("FLOW", "", ""),
    "response-processing": ("RULE+", "", ""),
    "response-condition": ("response-if response-else?", "", ""),
    "response-if": ("EXPRESSION RULE+", "", ""),
    "response-else": ("RULE+", "", ""),
    "set-outcome-value": ("EXPRESSION", "identifier", ""),
    "is-null": ("EXPRESSION", "", ""),
    "and": ("EXPRESSION+", "", ""),
    "match": ("EXPRESSION EXPRESSION", "", ""),
    "equal": ("EXPRESSION EXPRESSION", "tolerance-mode", "tolerance"),
    "divide": ("EXPRESSION EXPRESSION", "", ""),
    "delete": ("EXPRESSION EXPRESSION", "", ""),
    "subtract": ("EXPRESSION EXPRESSION", "", ""),
    "product": ("EXPRESSION+", "", ""),
    "power": ("EXPRESSION EXPRESSION", "", ""),
    "min": ("EXPRESSION+", "", ""),
    "max": ("EXPRESSION+", "", ""),
    "math-operator": ("EXPRESSION", "name", ""),
    "round-to": ("EXPRESSION", "rounding-mode figures", ""),
    "sum": ("EXPRESSION+", "", ""),
    "multiple": ("EXPRESSION+", "", ""),
    "ordered": ("EXPRESSION+", "", ""),
    "variable": ("", "identifier", ""),
    "correct": ("", "identifier", ""),
    "map-response": ("", "identifier", ""),
    "test-variables": ("", "variable-identifier", ""),
    "base-value": ("", "base-type", ""),
    "assessment-test": ("outcome-declaration* test-part+ outcome-processing?", "identifier title", ""),
    "test-part": ("assessment-section+", "identifier navigation-mode submission-mode", ""),
    "assessment-section": ("assessment-item-ref*", "identifier title visible", ""),
    "assessment-item-ref": ("", "identifier href", ""),
    "outcome-processing": ("RULE+", "", ""),
    "manifest": ("metadata organizations resources", "identifier", ""),
    "organizations": ("", "", ""),
    "resources": ("resource*", "", ""),
    "resource": ("metadata? file+ dependency*", "identifier type href", ""),
    "file": ("", "href", ""),
    "dependency": ("", "identifierref", ""),
    "schema": ("", "", ""),
    "schemaversion": ("", "", ""),
    "metadata": ("(schema schemaversion|metadata? curriculum-standards-metadata-set? lom)", "", ""),
    "curriculum-standards-metadata-set": ("curriculum-standards-metadata+", "", ""),
    "curriculum-standards-metadata": ("set-of-guids+", "", "provider-id"),
    "set-of-guids": ("labelled-guid+", "", "version"),
    "labelled-guid": ("label? guid", "", ""),
    "lom": ("general classification", "", ""),
    "general": ("identifier", "", ""),
    "identifier": ("catalog entry", "", ""),
    "classification": ("purpose description", "", ""),
    "purpose": ("source value", "", ""),
    "description": ("string", "", ""),
    "catalog": ("", "", ""),
    "entry": ("", "", ""),
    "source": ("", "", ""),
    "string": ("", "", ""),
    "label": ("", "", ""),
    "guid": ("", "", ""),
}
_RULES = ("response-condition", "set-outcome-value")
_VALUES = (
    "is-null and match equal divide delete sum multiple ordered variable correct map-response "
    "test-variables base-value subtract product power min max math-operator round-to random-integer "
    "integer-to-float"
)
_INTERACTIONS = ("choice-interaction", "order-interaction", "match-interaction")
_INTERACTIONS += ("gap-match-interaction", "hotspot-interaction", "extended-text-interaction")
_INLINE = ("em", "strong", "code", "br", "img", "span", "feedback-inline", "text-entry-interaction")
_INLINE += ("printed-variable",)
_INLINE += ("inline-choice-interaction", "gap")
_BLOCKS = "p h1 h2 h3 h4 h5 h6 ul ol blockquote pre table hr div feedback-block"
GROUPS = {
    "RULE": _RULES,
    "EXPRESSION": tuple(_VALUES.split()),
    "INLINE": _INLINE,
    "FLOW": (*_INLINE, *_BLOCKS.split(), *_INTERACTIONS, "rubric-block"),
}
#: What HTML may hold; other elements of it hold words and what stands in a line.
HOLDS = {
    "ul": ("li",),
    "ol": ("li",),
    "table": ("thead", "tbody"),
    "thead": ("tr",),
    "tbody": ("tr",),
    "tr": ("th", "td"),
    "hr": (),
    "br": (),
    "img": (),
    "pre": ("code",),
    "blockquote": tuple(_BLOCKS.split()),
} | dict.fromkeys(("div", "li", "td", "th"), GROUPS["FLOW"])
HTML_ATTRIBUTES = {
    "img": "src alt width height",
    "object": "data type width height",
    "div": "class id data-stimulus-idref",
}
#: Elements whose words are their meaning; the others of QTI hold elements only.
WORDED = frozenset(
    {
        "value",
        "base-value",
        "inline-choice",
        "gap-text",
        "label",
        "guid",
        "catalog",
        "entry",
        "source",
        "string",
    }
)
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def breaches(members: Mapping[str, bytes]) -> list[str]:
    """Everything in a package that is not as it should be."""
    roots = {path: etree.fromstring(data) for path, data in members.items() if path.endswith(".xml")}
    told = [f"{path}: {one}" for path, root in roots.items() for one in _of(root)]
    return told + list(_package(members, roots))


def _of(root: Any) -> Iterator[str]:
    is_three = VERSIONS.get(namespace(root)) == "3.0"
    for element in root.iter("{*}*"):
        kind = name(element)
        if "metadata_v" in namespace(element):
            continue
        if kind in HTML and namespace(element) in VERSIONS:
            yield from _html(element, kind)
        elif kind in STRUCTURE:
            yield from _own(element, kind, is_three)
        else:
            yield f"<{kind}> is unknown"
        told = attribute(element, "identifier")
        if told and not IDENTIFIER.fullmatch(told):
            yield f"{told!r} is no identifier"


def _html(element: Any, kind: str) -> Iterator[str]:
    allowed = HOLDS.get(kind, GROUPS["INLINE"])
    for inner in children(element):
        if name(inner) not in allowed:
            yield f"<{kind}> holds <{name(inner)}>"
    for one in element.attrib:
        if one not in HTML_ATTRIBUTES.get(kind, "").split():
            yield f"<{kind}> has {one}"


def _own(element: Any, kind: str, is_three: bool) -> Iterator[str]:
    order, needed, allowed = STRUCTURE[kind]
    if order == "BODY":
        order = "content-body" if is_three else "FLOW"
    inner = "".join(f"{name(one)} " for one in children(element))
    if not re.fullmatch(_pattern(order), inner):
        yield f"<{kind}> holds {inner or 'nothing'}"
    given = {_kebab(one) for one in element.attrib}
    for one in set(needed.split()) - given:
        yield f"<{kind}> lacks {one}"
    for one in given - {*needed.split(), *allowed.split()}:
        yield f"<{kind}> has {one}"
    is_mixed = order in ("FLOW", "INLINE") or kind in WORDED or not order
    if not is_mixed and (element.text or "").strip():
        yield f"<{kind}> holds words"


def _kebab(one: str) -> str:
    local = one.rpartition("}")[2]
    return local if local == "schemaLocation" else re.sub("(?<=[a-z])(?=[A-Z])", "-", local).lower()


def _pattern(order: str) -> str:
    if order in ("FLOW", "INLINE"):
        return f"(?:{'|'.join(f'{one} ' for one in GROUPS[order])})*"

    def named(match: re.Match[str]) -> str:
        told = match[0]
        return f"(?:{'|'.join(f'{one} ' for one in GROUPS.get(told, (told,)))})"

    return (
        re.sub("[A-Za-z-]+", named, order)
        .replace(") (", ")(")
        .replace("? (", "?(")
        .replace("* (", "*(")
        .replace("+ (", "+(")
    )


def _package(members: Mapping[str, bytes], roots: Mapping[str, Any]) -> Iterator[str]:
    """The manifest names every file once, and every name of another resource is one."""
    resources = list(roots["imsmanifest.xml"].iter("{*}resource"))
    named = [one.get("href") for one in resources]
    if sorted(named) != sorted(set(members) - {"imsmanifest.xml"}):
        yield f"the manifest names {named}"
    known = {one.get("identifier") for one in resources}
    if len(known) != len(resources):
        yield "two resources have one identifier"
    for need in roots["imsmanifest.xml"].iter("{*}dependency"):
        if need.get("identifierref") not in known:
            yield f"{need.get('identifierref')} is no resource"
