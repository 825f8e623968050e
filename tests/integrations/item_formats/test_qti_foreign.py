"""Files of QTI by other programs, written here after the public descriptions of 3.0, 2.2 and 2.1."""

from __future__ import annotations

from typing import Any

import pytest

from quizapp.domain.exchange import Fidelity, Package
from quizapp.domain.item import read_item
from quizapp.integrations.item_formats.qti.reports import NO_REASON
from tests.support.qti import GIVEN, PNG, package, packed, read

THREE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
TWO = {"2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1", "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2"}
MATCH_3 = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
MAP_3 = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response"
MATCH_2 = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
MAP_2 = "http://www.imsglobal.org/question/qti_v2p2/rptemplates/map_response"


def three(
    declared: str, body: str, processing: str = MATCH_3, more: str = "", identifier: str = "q-1"
) -> str:
    """An item of version 3.0; ``processing`` is a template or rules."""
    rules = (
        f'<qti-response-processing template="{processing}"/>'
        if processing.startswith("http")
        else f"<qti-response-processing>{processing}</qti-response-processing>" if processing else ""
    )  # fmt: skip
    return (
        f'<qti-assessment-item xmlns="{THREE}" identifier="{identifier}" title="Question" adaptive="false" '
        f'time-dependent="false">{declared}<qti-outcome-declaration identifier="SCORE" cardinality="single" '
        f'base-type="float"/><qti-item-body>{body}</qti-item-body>{rules}{more}</qti-assessment-item>'
    )


def two(version: str, declared: str, body: str, processing: str = MATCH_2, more: str = "") -> str:
    """An item of version 2.1 or 2.2."""
    rules = (
        f'<responseProcessing template="{processing}"/>'
        if processing.startswith("http")
        else f"<responseProcessing>{processing}</responseProcessing>"
    )
    return (
        f'<assessmentItem xmlns="{TWO[version]}" identifier="q-1" title="Question" adaptive="false" '
        f'timeDependent="false">{declared}<outcomeDeclaration identifier="SCORE" cardinality="single" '
        f'baseType="float"/><itemBody>{body}</itemBody>{rules}{more}</assessmentItem>'
    )


def declared(cardinality: str, base_type: str, values: str, mapping: str = "") -> str:
    """A response declaration of version 3.0 for these values."""
    told = "".join(f"<qti-value>{value}</qti-value>" for value in values.split("|") if value)
    correct = f"<qti-correct-response>{told}</qti-correct-response>" if told else ""
    return (
        f'<qti-response-declaration identifier="RESPONSE" cardinality="{cardinality}" '
        f'base-type="{base_type}">{correct}{mapping}</qti-response-declaration>'
    )


def mapped(entries: str, **bounds: str) -> str:
    """A mapping of version 3.0 from "key=worth" parts."""
    told = "".join(
        '<qti-map-entry map-key="{}" mapped-value="{}"/>'.format(*entry.split("="))
        for entry in entries.split("|")
    )
    return f'<qti-mapping default-value="0" {_attributes(bounds)}>{told}</qti-mapping>'


def choices(words: str, **attributes: str) -> str:
    """A choice interaction of version 3.0 from "id=text" parts."""
    told = "".join(
        '<qti-simple-choice identifier="{}">{}</qti-simple-choice>'.format(*one.split("=", 1))
        for one in words.split("|")
    )
    given = {"max_choices": "1", "shuffle": "true"} | attributes
    return (
        f'<qti-choice-interaction response-identifier="RESPONSE" {_attributes(given)}>'
        f"<qti-prompt>Which?</qti-prompt>{told}</qti-choice-interaction>"
    )


def modal(identifier: str, text: str) -> str:
    """Feedback of version 3.0 in a window of its own."""
    return (
        f'<qti-modal-feedback outcome-identifier="F" identifier="{identifier}" show-hide="show">'
        f"<qti-content-body><p>{text}</p></qti-content-body></qti-modal-feedback>"
    )


def _attributes(told: dict[str, str]) -> str:
    return " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in told.items())


def only(
    text: str, others: dict[str, bytes] | None = None, version: str = "3.0"
) -> tuple[dict[str, Any], list[str]]:
    """The author's form of the one item of a package without the fields that were given, and its changes."""
    name = "qti3" if version == "3.0" else "qti2"
    told = read(name, package(version, {"items/q.xml": text}, others))
    (entry,) = told.entries
    assert entry.problems == ()
    source = dict(entry.source or {})
    made, problems = read_item(source)
    assert made is not None, problems
    for field, value in GIVEN.fields.items():
        assert source.pop(field) == value
    assert (source.pop("id"), source.pop("status")) == ("q-1", "draft")
    return _without_filled_reasons(source), sorted({one.reason for one in entry.changes} - {"no_reason"})


def _without_filled_reasons(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_filled_reasons(one) for key, one in value.items() if one != NO_REASON}
    return [_without_filled_reasons(one) for one in value] if isinstance(value, list) else value


def option(told: str, text: str, **more: Any) -> dict[str, Any]:
    """A row of the author's form."""
    return {"id": told, "text": text, **more}


AB = "A=Ash|B=Birch"
ASH = {
    "type": "single_choice",
    "stem": "Which?",
    "options": [option("A", "Ash", key=True), option("B", "Birch")],
}
BIRCH = {**ASH, "options": [option("A", "Ash"), option("B", "Birch", key=True)]}
SINGLE = declared("single", "identifier", "A")

THREES: list[tuple[str, str, dict[str, Any], list[str]]] = [
    (
        "single choice",
        three(SINGLE, choices(AB)),
        ASH,
        [],
    ),
    (
        "a fixed order, a body before, feedback in the choice, in a window, and for the whole",
        three(
            SINGLE,
            "<p>See <em>this</em>.</p>"
            + choices(
                'A=Ash<qti-feedback-inline outcome-identifier="F" identifier="A" show-hide="show">Yes.'
                "</qti-feedback-inline>|B=Birch",
                shuffle="false",
            ),
            more=modal("B", "No.") + modal("all", "So."),
        ),
        {
            "type": "single_choice",
            "stem": "See *this*.\n\nWhich?",
            "options": [
                option("A", "Ash", rationale="Yes.", key=True),
                option("B", "Birch", rationale="No."),
            ],
            "lock_order": True,
            "rationale": "So.",
        },
        [],
    ),
    (
        "five points, and two for the second best",
        three(declared("single", "identifier", "A", mapped("A=5|B=2")), choices(AB), MAP_3),
        ASH,
        ["points_scaled", "scoring_changed"],
    ),
    (
        "true or false",
        three(declared("single", "identifier", "f"), choices("f=False|t=True")),
        {"type": "true_false", "stem": "Which?", "options": [{"id": "true"}, {"id": "false", "key": True}]},
        [],
    ),
    (
        "several choices, all or nothing",
        three(declared("multiple", "identifier", "A|B"), choices(AB + "|C=Cedar", max_choices="0")),
        {
            "type": "multiple_response",
            "stem": "Which?",
            "options": [option("A", "Ash", key=True), option("B", "Birch", key=True), option("C", "Cedar")],
        },
        [],
    ),
    (
        "several choices, wrong ones take points back",
        three(
            declared("multiple", "identifier", "A|B", mapped("A=0.5|B=0.5|C=-0.5", lower_bound="0")),
            choices(AB + "|C=Cedar", max_choices="2"),
            MAP_3,
        ),
        {
            "type": "multiple_response",
            "stem": "Which?",
            "options": [option("A", "Ash", key=True), option("B", "Birch", key=True), option("C", "Cedar")],
            "scoring": "right_minus_wrong",
        },
        ["response_limit_dropped"],
    ),
    (
        "several choices, paid as we do not",
        three(
            declared("multiple", "identifier", "A|B", mapped("A=1|B=3")),
            choices(AB + "|C=Cedar", max_choices="0"),
            MAP_3,
        ),
        {
            "type": "multiple_response",
            "stem": "Which?",
            "options": [option("A", "Ash", key=True), option("B", "Birch", key=True), option("C", "Cedar")],
        },
        ["points_scaled", "scoring_changed"],
    ),
    (
        "several may be chosen, but one is right",
        three(declared("multiple", "identifier", "B"), choices(AB, max_choices="0")),
        BIRCH,
        ["single_key"],
    ),
    (
        "identifiers that are no ids, and one choice that keeps its place",
        three(
            declared("single", "identifier", "choice.1"),
            choices("choice.1=Ash|choice.2=Birch").replace('"choice.2"', '"choice.2" fixed="true"'),
        ),
        {
            "type": "single_choice",
            "stem": "Which?",
            "options": [option("a", "Ash", key=True), option("b", "Birch")],
            "lock_order": True,
        },
        ["id_changed"],
    ),
    (
        "ordering whose identifiers give the order away",
        three(
            declared("ordered", "identifier", "a|b|c"),
            choices("b=Two|a=One|c=Three").replace("choice-interaction", "order-interaction"),
        ),
        {
            "type": "ordering",
            "stem": "Which?",
            "options": [option("b", "One"), option("c", "Two"), option("a", "Three")],
        },
        ["id_changed"],
    ),
    (
        "matching, a point for each pair",
        three(
            declared("multiple", "directedPair", "p q2|r q1", mapped("p q2=1|r q1=1")),
            '<qti-match-interaction response-identifier="RESPONSE" shuffle="true" max-associations="2">'
            "<qti-prompt>Match.</qti-prompt><qti-simple-match-set>"
            '<qti-simple-associable-choice identifier="p" match-max="1">P</qti-simple-associable-choice>'
            '<qti-simple-associable-choice identifier="r" match-max="1">R</qti-simple-associable-choice>'
            "</qti-simple-match-set><qti-simple-match-set>"
            '<qti-simple-associable-choice identifier="q1" match-max="1">One</qti-simple-associable-choice>'
            '<qti-simple-associable-choice identifier="q2" match-max="1">Two</qti-simple-associable-choice>'
            "</qti-simple-match-set></qti-match-interaction>",
            MAP_3,
        ),
        {
            "type": "matching",
            "stem": "Match.",
            "prompts": [option("p", "P", match="q2"), option("r", "R", match="q1")],
            "options": [option("q1", "One"), option("q2", "Two")],
            "scoring": "per_pair",
        },
        ["points_scaled"],
    ),
    (
        "a number within a tolerance, its unit behind it",
        three(
            declared("single", "float", "3.140"),
            '<p>Pi?</p><p><qti-text-entry-interaction response-identifier="RESPONSE"/> rad</p>',
            '<qti-response-condition><qti-response-if>'
            '<qti-equal tolerance-mode="absolute" tolerance="0.01 0.02">'
            '<qti-variable identifier="RESPONSE"/><qti-correct identifier="RESPONSE"/></qti-equal>'
            '<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value>'
            "</qti-set-outcome-value></qti-response-if></qti-response-condition>",
        ),
        {"type": "numeric", "stem": "Pi?", "answer": {"value": "3.140", "tolerance": "0.02", "unit": "rad"}},
        ["scoring_changed", "tolerance_widened"],
    ),
    (
        "a number within a range",
        three(
            declared("single", "integer", ""),
            '<p>How many? <qti-text-entry-interaction response-identifier="RESPONSE"/></p>',
            "<qti-response-condition><qti-response-if><qti-and>"
            '<qti-gte><qti-variable identifier="RESPONSE"/>'
            '<qti-base-value base-type="integer">10</qti-base-value></qti-gte>'
            '<qti-lte><qti-variable identifier="RESPONSE"/><qti-base-value base-type="integer">15'
            '</qti-base-value></qti-lte></qti-and><qti-set-outcome-value identifier="SCORE">'
            '<qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value></qti-response-if>'
            "</qti-response-condition>",
        ),
        {"type": "numeric", "stem": "How many? […]", "answer": {"value": "12.5", "tolerance": "2.5"}},
        ["gap_shown"],
    ),
    (
        "a text in the middle of a sentence, capitals counting, and one for half the points",
        three(
            declared("single", "string", "York", mapped("York=1|york=0.5")),
            '<p>Now is the winter, said <qti-text-entry-interaction response-identifier="RESPONSE"/>.</p>',
            MAP_3,
        ),
        {
            "type": "short_text",
            "stem": "Now is the winter, said […].",
            "answers": [{"text": "York"}],
            "case_sensitive": True,
        },
        ["gap_shown", "partial_credit_dropped"],
    ),
    (
        "processing nobody can tell, a chance to try again, and instructions",
        three(
            SINGLE,
            '<qti-rubric-block view="scorer"><p>Be kind.</p></qti-rubric-block>'
            '<qti-rubric-block view="candidate"><p>Be quick.</p></qti-rubric-block>' + choices(AB),
            '<qti-set-outcome-value identifier="SCORE"><qti-custom-operator/></qti-set-outcome-value>',
        ).replace('adaptive="false"', 'adaptive="true"'),
        {
            "type": "single_choice",
            "stem": "Be quick.\n\nWhich?",
            "options": [option("A", "Ash", key=True), option("B", "Birch")],
        },
        ["adaptive_dropped", "element_dropped", "scoring_unread"],
    ),
]  # fmt: skip


def gap(identifier: str, base_type: str, values: str) -> str:
    """The declaration of a gap that accepts each of these values for a point."""
    told = declared(
        "single", base_type, values.partition("|")[0], mapped("=1|".join(values.split("|")) + "=1")
    )
    return told.replace('"RESPONSE"', f'"{identifier}"')


def inline(identifier: str, words: str) -> str:
    """A drop-down of "id=text" parts."""
    told = "".join(
        '<qti-inline-choice identifier="{}">{}</qti-inline-choice>'.format(*one.split("="))
        for one in words.split("|")
    )
    asks = "qti-inline-choice-interaction"
    return f'<{asks} response-identifier="{identifier}">{told}</{asks}>'


SUMMED = (
    '<qti-set-outcome-value identifier="SCORE"><qti-sum><qti-map-response identifier="R1"/>'
    '<qti-map-response identifier="R2"/></qti-sum></qti-set-outcome-value>'
)
ENTRIES = '<qti-text-entry-interaction response-identifier="{}"/>'
GAPPED: list[tuple[str, str, dict[str, Any], list[str]]] = [
    (
        "drop-downs in a sentence",
        three(
            gap("R1", "identifier", "b") + gap("R2", "identifier", "c|d"),
            f"<p>Choose.</p><p>A {inline('R1', 'a=ship|b=tug')} pulls<br/>a <b>heavy</b> "
            f"{inline('R2', 'c=barge|d=ferry|e=buoy')}.</p><p>Well?</p>",
            SUMMED,
        ),
        {
            "type": "dropdown_cloze",
            "stem": "Choose.",
            "text": "A [[R1]] pulls\na heavy [[R2]].\nWell?",
            "gaps": [
                {"id": "R1", "options": [option("a", "ship"), option("b", "tug", key=True)]},
                {
                    "id": "R2",
                    "options": [
                        option("c", "barge", key=True),
                        option("d", "ferry", key=True),
                        option("e", "buoy"),
                    ],
                },
            ],
            "lock_order": True,
            "scoring": "per_gap",
        },
        ["formatting_dropped", "points_scaled"],
    ),
    (
        "several entries and nothing else",
        three(
            gap("R1", "string", "tug|Tug") + gap("R2", "string", "barge"),
            f"<p>A {ENTRIES.format('R1')} pulls a {ENTRIES.format('R2')}.</p>",
            SUMMED,
        ),
        {
            "type": "gap_text",
            "stem": "Question",
            "text": "A [[R1]] pulls a [[R2]].",
            "gaps": [
                {"id": "R1", "answers": [{"text": "tug"}, {"text": "Tug"}]},
                {"id": "R2", "answers": [{"text": "barge"}]},
            ],
            "case_sensitive": True,
            "scoring": "per_gap",
        },
        ["points_scaled", "stem_from_title"],
    ),
    (
        "words of a pool, all or nothing",
        three(
            declared("multiple", "directedPair", "W g1|S g2"),
            '<qti-gap-match-interaction response-identifier="RESPONSE" shuffle="true"><qti-prompt>Fill in.'
            '</qti-prompt><qti-gap-text identifier="W" match-max="1">wind</qti-gap-text>'
            '<qti-gap-text identifier="S" match-max="1">sea</qti-gap-text>'
            '<qti-gap-text identifier="X" match-max="1">sand</qti-gap-text>'
            '<p>The <qti-gap identifier="g1"/> moves the <qti-gap identifier="g2"/>.</p>'
            "</qti-gap-match-interaction>",
        ),
        {
            "type": "gap_text",
            "stem": "Fill in.",
            "text": "The [[g1]] moves the [[g2]].",
            "gaps": [
                {"id": "g1", "answers": [{"text": "wind"}]},
                {"id": "g2", "answers": [{"text": "sea"}]},
            ],
            "distractors": [{"text": "sand"}],
        },
        [],
    ),
    (
        "statements in a table",
        three(
            declared("multiple", "directedPair", "s1 t|s2 f", mapped("s1 t=1|s2 f=1")),
            '<qti-match-interaction class="qti-match-tabular" response-identifier="RESPONSE" shuffle="true" '
            'max-associations="2"><qti-prompt>Right?</qti-prompt><qti-simple-match-set>'
            '<qti-simple-associable-choice identifier="s1" match-max="1">One</qti-simple-associable-choice>'
            '<qti-simple-associable-choice identifier="s2" match-max="1">Two</qti-simple-associable-choice>'
            "</qti-simple-match-set><qti-simple-match-set>"
            '<qti-simple-associable-choice identifier="t" match-max="2">Yes</qti-simple-associable-choice>'
            '<qti-simple-associable-choice identifier="f" match-max="2">No</qti-simple-associable-choice>'
            "</qti-simple-match-set></qti-match-interaction>",
            MAP_3,
        ),
        {
            "type": "matrix",
            "stem": "Right?",
            "statements": [option("s1", "One", column="t"), option("s2", "Two", column="f")],
            "columns": [option("t", "Yes"), option("f", "No")],
            "scoring": "per_row",
        },
        ["points_scaled"],
    ),
]
THREES += GAPPED


@pytest.mark.parametrize(
    ("text", "expected", "changes"), [one[1:] for one in THREES], ids=[one[0] for one in THREES]
)
def test_version_3(text: str, expected: dict[str, Any], changes: list[str]) -> None:
    assert only(text) == (expected, changes)


MATCHED = (
    '<matchInteraction responseIdentifier="RESPONSE" shuffle="false" maxAssociations="3">'
    "<prompt>Match.</prompt>"
    '<simpleMatchSet><simpleAssociableChoice identifier="p1" matchMax="1">P</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="p2" matchMax="1">R</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="p3" matchMax="1">S</simpleAssociableChoice></simpleMatchSet>'
    '<simpleMatchSet><simpleAssociableChoice identifier="q1" matchMax="1">One</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="q2" matchMax="1">Two</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="q3" matchMax="1">Three</simpleAssociableChoice></simpleMatchSet>'
    "</matchInteraction>"
)


@pytest.mark.parametrize("version", TWO)
def test_version_2(version: str) -> None:
    single = (
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">'
        "<correctResponse><value>B</value></correctResponse></responseDeclaration>"
    )
    body = (
        '<p>A sign:</p><choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1">'
        '<prompt>What does it <strong>say</strong>?</prompt><simpleChoice identifier="A">Stop'
        '<feedbackInline outcomeIdentifier="F" identifier="A" showHide="show">It is blue.</feedbackInline>'
        '</simpleChoice><simpleChoice identifier="B">Go</simpleChoice></choiceInteraction>'
    )
    more = (
        '<modalFeedback outcomeIdentifier="F" identifier="B" showHide="show">It is <em>green</em>.'
        "</modalFeedback>"
    )
    told = only(two(version, single, body, more=more), version=version)
    assert told == (
        {
            "type": "single_choice",
            "stem": "A sign:\n\nWhat does it **say**?",
            "options": [
                option("A", "Stop", rationale="It is blue."),
                option("B", "Go", rationale="It is *green*.", key=True),
            ],
        },
        [],
    )
    text = (
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string"><mapping '
        'defaultValue="0"><mapEntry mapKey="nine" mappedValue="1" caseSensitive="false"/>'
        '<mapEntry mapKey="9" mappedValue="1" caseSensitive="false"/></mapping></responseDeclaration>'
    )
    entry = (
        '<p>How many?</p><div><textEntryInteraction responseIdentifier="RESPONSE" expectedLength="5"/></div>'
    )
    assert only(two(version, text, entry, MAP_2), version=version) == (
        {"type": "short_text", "stem": "How many?", "answers": [{"text": "nine"}, {"text": "9"}]},
        [],
    )
    pairs = (
        '<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="directedPair">'
        "<correctResponse><value>p1 q1</value><value>p2 q2</value><value>p3 q3</value></correctResponse>"
        "</responseDeclaration>"
    )
    source, changes = only(two(version, pairs, MATCHED), version=version)
    assert [row["match"] for row in source["prompts"]] == ["b", "c", "a"]
    assert (source["options"], changes) == (
        [option("b", "One"), option("c", "Two"), option("a", "Three")],
        ["id_changed", "unlocked"],
    )


PROSE = [
    ("<p>a  b\n   c</p>", "a b c", []),
    ("<p>1 * 2 * 3 and *x*</p>", "1 \\* 2 \\* 3 and \\*x\\*", []),
    ("<p>5. is no list</p><p># nor a heading</p>", "5\\. is no list\n\n\\# nor a heading", []),
    ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n  1. c", []),
    ("<ol><li><p>a</p><p>b</p></li></ol>", "1. a\n\n   b", []),
    ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b", []),
    ("<pre>  x\n  y</pre>", "```\n  x\n  y\n```", []),
    ("<p>a<br/>b</p><hr/>", "a\\\nb\n\n---", []),
    ("<h1>a</h1><h4>b</h4>", "### a\n\n#### b", []),
    ("<table><tr><th>a</th><th>b|c</th></tr><tr><td>d</td></tr></table>",
     "| a | b\\|c |\n| --- | --- |\n| d |  |", []),
    ('<table><tr><td colspan="2">a</td></tr></table>', "| a |\n| --- |", ["spans_dropped"]),
    ("<p>H<sub>2</sub>O, x<sup>2</sup>, x<sup>b</sup></p>", "H₂O, x², x^b", ["formatting_dropped"]),
    ("<p><b>a </b>b <u>c</u> <span>d</span> <code>e`f</code> <q>g</q></p>",
     "**a** b c d ``e`f`` “g”", ["formatting_dropped"]),
    ('<p><a href="http://x.example">here</a></p>', "here", ["link_dropped"]),
    ('<p><math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn>'
     "</mrow></mfrac><msqrt><mn>2</mn></msqrt></math></p>", "a/(b+1)√(2)", ["math_as_text"]),
    ('<p><img src="../pictures/a b.png" alt="A [mark]"/></p>', "![A \\[mark\\]](media/a-b.png)", []),
    ('<p><object type="image/png" data="../pictures/a%20b.png">A mark</object></p>',
     "![A mark](media/a-b.png)", []),
    ('<p><img src="http://x.example/c.png" alt="A crane"/></p>', "A crane", ["picture_elsewhere"]),
    ("<div><div>a</div>b</div>", "a\n\nb", []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected", "changes"), PROSE)
def test_html_as_markdown(body: str, expected: str, changes: list[str]) -> None:
    text = three(SINGLE, body + choices(AB))
    source, told = only(text, {"pictures/a b.png": PNG})
    assert (source["stem"], told) == (f"{expected}\n\nWhich?", changes)


DRAWN = (
    '<p>A crane lifts <qti-printed-variable identifier="Load-1"/> t, so two?</p><p>'
    '<qti-text-entry-interaction response-identifier="RESPONSE"/> t</p>'
)
NEAR = (
    "<qti-response-condition><qti-response-if><qti-equal tolerance-mode='absolute' tolerance='0.5 0.5'>"
    "<qti-variable identifier='RESPONSE'/><qti-correct identifier='RESPONSE'/></qti-equal>"
    "<qti-set-outcome-value identifier='SCORE'><qti-base-value base-type='float'>1</qti-base-value>"
    "</qti-set-outcome-value></qti-response-if></qti-response-condition>"
)
LOAD = '<qti-variable identifier="Load-1"/>'


def number(value: str) -> str:
    """A number written into the file."""
    return f'<qti-base-value base-type="float">{value}</qti-base-value>'


def template(
    drawn: str = '<qti-random-integer min="2" max="8" step="2"/>',
    correct: str = '<qti-product><qti-base-value base-type="integer">2</qti-base-value>{x}</qti-product>',
) -> str:
    """Declarations of an item with one variable."""
    return (
        declared("single", "float", "")
        + '<qti-template-declaration identifier="Load-1" cardinality="single" base-type="integer"/>'
        + f'<qti-template-processing><qti-set-template-value identifier="Load-1">{drawn}'
        + '</qti-set-template-value><qti-set-correct-response identifier="RESPONSE">'
        + correct.replace("{x}", LOAD)
        + "</qti-set-correct-response></qti-template-processing>"
    )


def test_a_number_reckoned_from_a_variable() -> None:
    """In the order of the file's rules; the variable gets a name that formulas here can have."""
    assert only(three(template(), DRAWN, NEAR)) == (
        {
            "type": "parametrised_numeric",
            "stem": "A crane lifts {load_1} t, so two?",
            "parameters": [{"name": "load_1", "from": "2", "to": "8", "step": "2"}],
            "answer": {"expression": "2 * load_1", "tolerance": "0.5", "unit": "t"},
        },
        ["id_changed"],
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (f"<qti-sum>{LOAD}{number('1')}{number('-0.5')}</qti-sum>", "load_1 + 1 + -0.5"),
        (
            f"<qti-subtract>{LOAD}<qti-subtract>{LOAD}{number('1')}</qti-subtract></qti-subtract>",
            "load_1 - (load_1 - 1)",
        ),
        (
            f"<qti-divide><qti-sum>{LOAD}{number('1')}</qti-sum><qti-product>{LOAD}{number('3')}</qti-product>"
            "</qti-divide>",
            "(load_1 + 1) / (load_1 * 3)",
        ),
        (
            f"<qti-power><qti-power>{LOAD}{number('2')}</qti-power><qti-power>{LOAD}{number('1')}</qti-power>"
            "</qti-power>",
            "(load_1 ^ 2) ^ load_1 ^ 1",
        ),
        (f"<qti-product>{number('-1')}<qti-sum>{LOAD}{number('1')}</qti-sum></qti-product>", "-(load_1 + 1)"),
        (f"<qti-power>{LOAD}{number('0.5')}</qti-power>", "sqrt(load_1)"),
        (
            f"<qti-max><qti-min>{LOAD}{number('1e1')}</qti-min>{number('.5')}</qti-max>",
            "max(min(load_1, 10), 0.5)",
        ),
        (
            f"<qti-round-to rounding-mode='decimalPlaces' figures='1'>{LOAD}</qti-round-to>",
            "round(load_1, 1)",
        ),
        (
            f"<qti-round><qti-math-operator name='abs'>{LOAD}</qti-math-operator></qti-round>",
            "round(abs(load_1))",
        ),
    ],
)
def test_formulas_keep_their_meaning(rules: str, expected: str) -> None:
    source, _changes = only(three(template(correct=rules), DRAWN, NEAR))
    assert source["answer"]["expression"] == expected


def test_steps_that_are_no_whole_numbers() -> None:
    drawn = (
        f"<qti-sum>{number('0.5')}<qti-product><qti-random-integer min='0' max='4'/>{number('0.25')}"
        "</qti-product></qti-sum>"
    )
    source, _changes = only(three(template(drawn), DRAWN, NEAR))
    assert source["parameters"] == [{"name": "load_1", "from": "0.5", "to": "1.5", "step": "0.25"}]


@pytest.mark.parametrize("cardinality", ["single", "multiple"])
def test_regions_of_a_picture(cardinality: str) -> None:
    """A region without a label is named by a letter; the picture comes along with its size and words."""
    keys = "pier" if cardinality == "single" else "pier|buoy"
    regions = (
        '<qti-hotspot-choice identifier="pier" shape="rect" coords="0, 0, 20,10" hotspot-label="The pier"/>'
        '<qti-hotspot-choice identifier="buoy" shape="circle" coords="30,15,5"/>'
        '<qti-hotspot-choice identifier="mole" shape="poly" coords="0,20,9,20,9,29" hotspot-label="Mole"/>'
    )
    body = (
        f'<qti-hotspot-interaction response-identifier="RESPONSE" max-choices="{0 if "|" in keys else 1}">'
        "<qti-prompt>Where does it berth?</qti-prompt>"
        f'<img src="../pictures/plan.png" alt="A plan" width="40" height="30"/>{regions}'
        "</qti-hotspot-interaction>"
    )
    told, changes = only(three(declared(cardinality, "identifier", keys), body), {"pictures/plan.png": PNG})
    right = [row["id"] for row in told["options"] if row.get("key")]
    assert (told["type"], told["stem"], right, told.get("several", False)) == (
        "hotspot",
        "Where does it berth?",
        keys.split("|"),
        cardinality == "multiple",
    )
    assert told["picture"] == {"name": "plan.png", "width": 40, "height": 30, "alt": "A plan"}
    assert [(row["text"], row["shape"], row["coords"]) for row in told["options"]] == [
        ("The pier", "rect", "0,0,20,10"),
        ("B", "circle", "30,15,5"),
        ("Mole", "poly", "0,20,9,20,9,29"),
    ]
    assert changes == ["label_made"]


def test_an_extended_text_is_an_essay() -> None:
    """Its rubric is whatever the file tells scorers, worth the points it gives."""
    most = '<qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float">'
    most += "<qti-default-value><qti-value>6</qti-value></qti-default-value></qti-outcome-declaration>"
    rubric = (
        '<qti-rubric-block view="scorer" use="scoring"><qti-content-body><p>Names <em>both</em>.</p>'
        "</qti-content-body></qti-rubric-block>"
    )
    asked = '<qti-extended-text-interaction response-identifier="RESPONSE"><qti-prompt>Why?</qti-prompt>'
    body = f"<p>A port.</p>{asked}</qti-extended-text-interaction>{rubric}"
    told, changes = only(three(most + declared("single", "string", ""), body, ""))
    assert (told["stem"], changes) == ("A port.\n\nWhy?", ["rubric_made"])
    ((criterion),) = told["criteria"]
    assert (criterion["text"], [level["points"] for level in criterion["levels"]]) == (
        "Names *both*.",
        ["0", "6"],
    )


REFUSED = [
    ("drawing and associate", three("", '<qti-drawing-interaction response-identifier="A"/>'
     '<qti-associate-interaction response-identifier="B"/>'),
     "type_not_supported", "drawing-interaction, associate-interaction"),
    ("two at once", three(SINGLE, choices(AB) + choices(AB)), "several_interactions", None),
    ("nothing is asked", three("", "<p>Read this.</p>"), "no_interaction", None),
    ("no key", three(declared("single", "identifier", ""), choices(AB)), "key_unclear", None),
    ("no declaration", three("", choices(AB)), "key_unclear", None),
    ("an order without some", three(declared("ordered", "identifier", "A"),
     choices(AB).replace("choice-interaction", "order-interaction")), "key_unclear", None),
    ("templates", three('<qti-template-declaration identifier="T" cardinality="single" base-type="integer"/>'
     + SINGLE, choices(AB)), "templates_not_supported", None),
    ("a number drawn from any", three(template("<qti-random-float min='0' max='1'/>"), DRAWN),
     "templates_not_supported", "random-float"),
    ("a sine", three(template(correct="<qti-math-operator name='sin'>{x}</qti-math-operator>"), DRAWN),
     "templates_not_supported", "math-operator sin"),
    ("a variable of another kind", three(template(correct="<qti-variable identifier='Y'/>"), DRAWN),
     "templates_not_supported", "variable Y"),
    ("a number shown that nobody draws", three(template(), DRAWN.replace("Load", "Lord")),
     "templates_not_supported", "variable Lord-1"),
    ("a film", three(SINGLE, '<p><video src="a.mp4"/></p>' + choices(AB)), "media_not_supported", "video"),
    ("another document", three(SINGLE, '<p><object type="text/html" data="a.html"/></p>' + choices(AB)),
     "media_not_supported", "object"),
    ("a matrix as formula", three(SINGLE, '<p><math xmlns="http://www.w3.org/1998/Math/MathML"><mtable/></math></p>'
     + choices(AB)), "media_not_supported", "mtable"),
    ("a test", f'<qti-assessment-test xmlns="{THREE}" identifier="t" title="T"/>', "not_an_item", None),
    ("no XML", "<qti-assessment-item", "not_xml", None),
    ("a document type", '<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>', "xml_doctype", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason", "value"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED]
)
def test_what_is_refused_is_named(text: str, reason: str, value: str | None) -> None:
    """And the item beside it is read all the same."""
    good = three(SINGLE, choices(AB), identifier="good")
    told = read("qti3", package("3.0", {"items/q.xml": text, "items/good.xml": good}))
    refused, taken = told.entries
    assert (refused.fidelity, taken.fidelity) == (Fidelity.REFUSED, Fidelity.CHANGED)
    (problem,) = refused.problems
    assert (problem.reason, refused.place) == (reason, "items/q.xml")
    assert value is None or problem.value == value
    assert taken.source is not None
    assert taken.source["id"] == "good"


def _noted(told: Package) -> list[tuple[str, str]]:
    return [(note.reason, note.value) for note in told.notes]


def test_shared_stimuli_standards_and_what_is_not_read() -> None:
    stimulus = (
        f'<qti-assessment-stimulus xmlns="{THREE}" identifier="Shared_1" title="Port"><qti-stimulus-body>'
        '<p>A <b>port</b>.</p><img src="crane.png" alt="A crane"/></qti-stimulus-body>'
        "</qti-assessment-stimulus>"
    )
    reference = '<qti-assessment-stimulus-ref identifier="s" href="../stimuli/s.xml"/>'
    one = three(SINGLE + reference, choices(AB), identifier="Q 1")
    other = three(SINGLE + reference, choices(AB), identifier="q-1")
    lost = three(SINGLE + reference.replace("s.xml", "t.xml"), choices(AB), identifier="lost")
    space = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
    labels = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscsmd_v1p1"

    def standards(*codes: str) -> str:
        guids = "".join(f"<labelledGUID><label>{code}</label><GUID>x</GUID></labelledGUID>" for code in codes)
        return (
            f'<metadata><curriculumStandardsMetadataSet xmlns="{labels}"><curriculumStandardsMetadata>'
            f"<setOfGUIDs>{guids}</setOfGUIDs></curriculumStandardsMetadata></curriculumStandardsMetadataSet></metadata>"
        )

    manifest = (
        f'<manifest xmlns="{space}" identifier="m"><resources>'
        '<resource identifier="a" type="imsqti_item_xmlv3p0" href="items/a.xml">'
        f"{standards('B.1 Moor', 'Z.9')}</resource>"
        '<resource identifier="b" type="imsqti_item_xmlv3p0" href="items/b.xml">'
        f"{standards('Z.9')}</resource>"
        '<resource identifier="c" type="imsqti_item_xmlv3p0"><file href="items/c.xml"/></resource>'
        '<resource identifier="d" type="imsqti_item_xmlv3p0" href="items/none.xml"/>'
        '<resource identifier="s" type="imsqti_stimulus_xmlv3p0" href="stimuli/s.xml"/>'
        '<resource identifier="t" type="imsqti_test_xmlv3p0" href="test.xml"/>'
        '<resource identifier="l" type="imsbasiclti_xmlv1p3" href="lti.xml"/></resources></manifest>'
    )
    members = {
        "bank/imsmanifest.xml": manifest,
        "bank/items/a.xml": one,
        "bank/items/b.xml": other,
        "bank/items/c.xml": lost,
        "bank/stimuli/s.xml": stimulus,
    }
    told = read(
        "qti3",
        packed({path: text.encode() for path, text in members.items()} | {"bank/stimuli/crane.png": PNG}),
    )
    first, second, third, fourth = told.entries
    assert [(entry.source or {}).get("id") for entry in told.entries] == ["q-1", "q-1-2", None, None]
    assert [(entry.source or {}).get("stimulus") for entry in (first, second)] == ["shared-1", "shared-1"]
    assert [(entry.source or {}).get("tasks") for entry in (first, second)] == [["B.1"], ["A.1"]]
    assert "tasks_unknown" in {one.reason for one in second.changes}
    assert [(one.reason, one.value) for one in (*third.problems, *fourth.problems)] == [
        ("missing_file", "bank/stimuli/t.xml"),
        ("missing_file", "bank/items/none.xml"),
    ]
    (shared,), (crane,) = told.stimuli, told.pictures
    assert (shared.title, shared.text) == ("Port", "A **port**.\n\n![A crane](media/crane.png)")
    assert (crane.name, crane.media_type, crane.data) == ("crane.png", "image/png", PNG)
    assert _noted(told) == [("not_read", "imsbasiclti_xmlv1p3"), ("test_dropped", "test")]


def test_one_file_is_one_item_of_any_version() -> None:
    told = read("qti2", three(SINGLE, choices(AB)).encode())
    (entry,) = told.entries
    assert (entry.name, _noted(told)) == ("Question", [("other_version", "3.0")])
    loose = read("qti3", packed({"a.xml": three(SINGLE, choices(AB)).encode(), "b.xml": b"<other/>"}))
    assert ([one.place for one in loose.entries], _noted(loose)) == (["a.xml"], [("no_manifest", "")])
