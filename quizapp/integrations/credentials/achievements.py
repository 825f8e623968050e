"""A record as an Open Badges 3.0 AchievementCredential, and back into exactly the same payload.

The credential says everything the payload says, and nothing but the payload and `Issue` goes into
it. So whoever reads one can write it anew and compare: a member that was added, left out or moved
shows even where the RDF under the signature would stay the same. What is written here for one
version of the payload must never change, or credentials in people's hands stop verifying.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from quizapp.domain.framework import CASE_TASK, case_identifier
from quizapp.integrations.credentials import identities, narratives
from quizapp.integrations.credentials.linked_data import OB_CONTEXT, VC_CONTEXT, Unsignable
from quizapp.integrations.credentials.narratives import Line

TYPE = "AchievementCredential"
#: What a status list is for; a standard verifier rejects a credential whose bit is set in either.
PURPOSES = ("revocation", "suspension")
#: Lists that an issuer without an address can have; each holds tens of thousands of records.
MOST_LISTS = 64
FIRST_MOMENT, LAST_MOMENT = "T00:00:00", "T23:59:59"
STATUSES = ["demonstrated", "not_yet", "insufficient_evidence", "not_assessed"]
HEADLINES = {
    "met": "Requirement met: {} of {} tasks.",
    "not_met": "Requirement not met: {} of {} tasks.",
    "insufficient": "Requirement not decided, too little evidence: {} of {} tasks.",
}
RECORD = (
    Line("Notice", "standing_notice"),
    Line("Statement", "statement"),
    Line("Claim", "claim"),
    Line("Standing", "standing"),
    Line("Review by subject experts", "sme_review"),
    Line("Framework", "framework.id"),
    Line("Framework version", "framework.version"),
    Line("Function", "framework.function"),
    Line("Exam", "exam.id"),
    Line("Delivery", "delivery.mode"),
    Line("Proctoring", "delivery.proctoring"),
    Line("Identity", "delivery.identity"),
    Line("Cycles", "cycles", int),
    Line("Issuing officer", "issuing_officer"),
    Line("Supersedes", "supersedes"),
    Line("Payload version", "payload_version", int),
)
RULE = (
    Line("Rule", "rule.version"),
    Line("A task is demonstrated when the share known is at least", "rule.c"),
    Line("with a probability of at least", "rule.gamma"),
    Line("from at least so many items", "rule.n_min", int),
    Line("Basis of the rule", "rule.basis"),
    Line("Decision", "rule.cut.kind"),
    Line("Share of all points needed", "rule.cut.total"),
    Line("Tasks that may fall short", "rule.cut.max_below", int),
    Line("Basis of the decision", "rule.cut.basis"),
)
EVIDENCE = (
    Line("Task", "task"),
    Line("Exam", "exam"),
    Line("Form", "form"),
    Line("Blueprint", "blueprint"),
    Line("Bank", "bank"),
    Line("Date", "taken_on"),
    Line("Right", "x", int),
    Line("Items", "n", int),
)


class Unreadable(ValueError):
    """This is not a credential of a record."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What a credential says beyond the payload: its issuer and where its status stands.

    ``offset`` is that of the payload's dates: "Z", or "+09:00".
    """

    issuer: str
    offset: str
    status_list: int
    position: int


def write(payload: Mapping[str, Any], issue: Issue) -> dict[str, Any]:
    """The credential without its proof; raises `Unsignable` when it cannot say all the payload says."""
    document = _document(payload, issue)
    try:
        is_whole = rfc8785.dumps(_payload(document)) == rfc8785.dumps(dict(payload))
    except (KeyError, ValueError) as error:
        raise Unsignable(f"the credential cannot say this payload: {error}") from error
    if not is_whole:
        raise Unsignable("the payload says what a credential cannot")
    return document


def read(document: Mapping[str, Any]) -> tuple[dict[str, Any], Issue]:
    """The payload of a credential and how it was issued; nothing here is believed yet.

    Raises `Unreadable` for anything that `write` would not have written.
    """
    bare = {name: value for name, value in document.items() if name != "proof"}
    try:
        payload, issue = _payload(bare), _issue(bare)
        is_ours = rfc8785.dumps(_document(payload, issue)) == rfc8785.dumps(bare)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable("not a credential of a record") from error
    if not is_ours:
        raise Unreadable("a credential of a record, with something changed, added or left out")
    return payload, issue


# --- writing ----------------------------------------------------------------------------


def _document(payload: Mapping[str, Any], issue: Issue) -> dict[str, Any]:
    serial, base = payload["serial"], identities.base_of(issue.issuer)
    return {
        "@context": [VC_CONTEXT, OB_CONTEXT],
        "id": identities.name_of(base, f"verify/{serial}", "record", serial),
        "type": ["VerifiableCredential", TYPE],
        "name": payload["exam"]["title"],
        "description": _description(payload),
        "issuer": profile(issue.issuer, payload["issuer"]["name"], payload["issuer"]["id"]),
        "validFrom": payload["issued_on"] + FIRST_MOMENT + issue.offset,
        "validUntil": payload["expires_on"] + LAST_MOMENT + issue.offset,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [identity(payload["learner"]["name"])],
            "licenseNumber": serial,
            "narrative": narratives.write(RECORD, payload),
            "achievement": _achievement(payload, base),
            "result": [result for _, result in _results(payload)],
        },
        "evidence": [
            {"type": ["Evidence"], "name": entry["task"], "narrative": narratives.write(EVIDENCE, entry)}
            for entry in payload["evidence"]
        ],
        "credentialStatus": [_status(issue, purpose) for purpose in PURPOSES],
    }


def _description(payload: Mapping[str, Any]) -> str:
    told = payload["decision"]
    headline = HEADLINES[told["outcome"]].format(told["demonstrated"], told["tasks"])
    notice = f"{payload['standing_notice']}." if payload["standing_notice"] else ""
    return " ".join(filter(None, (headline, notice, payload["statement"])))


def profile(did: str, name: str, installation: str) -> dict[str, Any]:
    """The issuer of a credential."""
    other = {"type": "IdentifierEntry", "identifier": installation, "identifierType": "ext:installation"}
    return {"id": did, "type": ["Profile"], "name": name, "otherIdentifier": [other]}


def identity(name: str) -> dict[str, Any]:
    """Whom a credential is about: the name alone."""
    return {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}


def _achievement(payload: Mapping[str, Any], base: str) -> dict[str, Any]:
    return {
        "id": _achievement_id(payload),
        "type": ["Achievement"],
        "achievementType": "Assessment",
        "name": payload["exam"]["title"],
        "description": payload["claim"],
        "criteria": {"narrative": narratives.write(RULE, payload)},
        "alignment": list(_alignments(payload, base)),
        "resultDescription": [description for description, _ in _results(payload)],
    }


def _achievement_id(payload: Mapping[str, Any]) -> str:
    # Each record has its own, for its alignments are the tasks this learner demonstrated.
    return identities.name_of("", "", "achievement", payload["serial"])


def _alignments(payload: Mapping[str, Any], base: str) -> Iterator[dict[str, Any]]:
    framework = payload["framework"]
    for task in _tasks(payload):
        if task["status"] == STATUSES[0]:
            uuid = case_identifier(framework["id"], framework["version"], CASE_TASK, task["code"])
            address = f"{base}/ims/case/v1p0/CFItems/{uuid}" if base else f"urn:uuid:{uuid}"
            yield {
                "type": ["Alignment"],
                "targetType": "CFItem",
                "targetCode": task["code"],
                "targetName": task["text"],
                "targetFramework": framework["function"],
                "targetUrl": address,
            }


def _tasks(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (task for competency in payload["competencies"] for task in competency["tasks"])


def _results(payload: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Description and value of every result: of the decision, each competency and each task."""
    achievement, told = _achievement_id(payload), payload["decision"]
    counted = {"resultType": "RawScore", "valueMin": "0"}

    def pair(code: str, name: str, value: object, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        key = f"{achievement}#{code}"
        description = {"id": key, "type": ["ResultDescription"], "name": name, **more}
        return description, {"type": ["Result"], "resultDescription": key, "value": str(value)}

    yield pair("decision", "Decision", told["outcome"], resultType="ext:decision")
    yield pair("tasks", "Tasks", told["demonstrated"], **counted, valueMax=str(told["tasks"]))
    yield pair("points", "Points", told["points"], **counted, valueMax=told["maximum"])
    for entry in payload["competencies"]:
        name = entry["code"] if entry["title"] is None else f"{entry['code']} {entry['title']}"
        maximum = entry["maximum"]
        yield pair(f"competency:{entry['code']}", name, entry["points"], **counted, valueMax=maximum)
        yield pair(f"items:{entry['code']}", name, entry["n"], resultType="ext:items")
        for task in entry["tasks"]:
            name = f"{task['code']} {task['text']}"
            status = {"resultType": "ext:task-status", "requiredValue": STATUSES[0]}
            yield pair(f"task:{task['code']}", name, task["status"], **status)
            yield pair(f"score:{task['code']}", name, task["x"], **counted, valueMax=str(task["n"]))


def _status(issue: Issue, purpose: str) -> dict[str, Any]:
    address = identities.status_list(issue.issuer, purpose, issue.status_list)
    return {
        "id": f"{address}#{issue.position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(issue.position),
        "statusListCredential": address,
    }


# --- reading ----------------------------------------------------------------------------


def _payload(document: Mapping[str, Any]) -> dict[str, Any]:
    subject, issuer = document["credentialSubject"], document["issuer"]
    results = _read_results(subject)
    payload: dict[str, Any] = {
        "serial": subject["licenseNumber"],
        "learner": {"name": subject["identifier"][0]["identityHash"]},
        "exam": {"title": document["name"]},
        "issuer": {"id": issuer["otherIdentifier"][0]["identifier"], "name": issuer["name"]},
        "issued_on": document["validFrom"].partition("T")[0],
        "expires_on": document["validUntil"].partition("T")[0],
        "decision": {
            "outcome": results["decision"].value,
            "demonstrated": int(results["tasks"].value),
            "tasks": int(results["tasks"].maximum),
            "points": results["points"].value,
            "maximum": results["points"].maximum,
        },
        "competencies": _competencies(results),
        "evidence": [_read_evidence(entry) for entry in document["evidence"]],
    }
    narratives.put(payload, narratives.read(RECORD, subject["narrative"]))
    narratives.put(payload, narratives.read(RULE, subject["achievement"]["criteria"]["narrative"]))
    return payload


@dataclass(frozen=True, slots=True)
class _Told:
    name: str
    value: str
    maximum: str


def _read_results(subject: Mapping[str, Any]) -> dict[str, _Told]:
    described, values = subject["achievement"]["resultDescription"], subject["result"]
    return {
        entry["id"].partition("#")[2]: _Told(entry["name"], value["value"], entry.get("valueMax", ""))
        for entry, value in zip(described, values, strict=True)
    }


def _competencies(results: Mapping[str, _Told]) -> Sequence[dict[str, Any]]:
    competencies: list[dict[str, Any]] = []
    for key, told in results.items():
        kind, _, code = key.partition(":")
        if kind == "competency":
            has_title = told.name != code
            competencies.append(
                {
                    "code": code,
                    "title": told.name.removeprefix(f"{code} ") if has_title else None,
                    "points": told.value,
                    "maximum": told.maximum,
                    "n": int(results[f"items:{code}"].value),
                    "tasks": [],
                }
            )
        elif kind == "task":
            score = results[f"score:{code}"]
            competencies[-1]["tasks"].append(
                {
                    "code": code,
                    "text": told.name.removeprefix(f"{code} "),
                    "status": told.value,
                    "x": int(score.value),
                    "n": int(score.maximum),
                }
            )
    return competencies


def _read_evidence(entry: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    narratives.put(told, narratives.read(EVIDENCE, entry["narrative"]))
    return told


def _issue(document: Mapping[str, Any]) -> Issue:
    address, position = document["credentialStatus"][0]["id"].rsplit("#", 1)
    issuer = document["issuer"]["id"]
    offset = document["validFrom"].partition(FIRST_MOMENT)[2]
    return Issue(issuer, offset, _list_number(issuer, address), int(position))


def _list_number(issuer: str, address: str) -> int:
    if identities.base_of(issuer):
        return int(address.rpartition("/")[2])
    # Without an address a list has a computed name; there are few lists, so try them.
    names = (identities.status_list(issuer, PURPOSES[0], number) for number in range(1, MOST_LISTS + 1))
    return list(names).index(address) + 1
