r"""Formulas in the Markdown of items: where they stand, and what is wrong with them.

``$x^2$`` stands in a line, ``$$x^2$$`` on one of its own. A dollar opens a formula where no letter,
digit or backslash stands before it and no space behind it, and the next one closes it where no space
stands before and no letter or digit behind; so prices ("$5 and $10", "US$5") stay what they are. What may
stand inside is the part of TeX listed here: it can be checked in one pass, and every renderer knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quizapp.domain.errors import Problem
from quizapp.domain.form_texts import texts

LONGEST_FORMULA = 500
#: How deep groups may stand in each other.
DEEPEST = 20
_BODY = r"(?=\S)(?:\\.|[^$\\])+?(?<=\S)"
FORMULA = re.compile(rf"(?<![\w\\$])(?:\$\$(?P<display>{_BODY})\$\$|\$(?P<inline>{_BODY})\$)(?![\w$])", re.S)
_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|^ {0,3}(~{3,}).*?(?:^ {0,3}\2|\Z)", re.S | re.M)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.S)

#: The fields of an author's form that are Markdown; a dollar in any other is a dollar.
MARKDOWN_FIELDS = frozenset({"stem", "text", "rationale"})
#: Commands that take groups, and how many.
ARGUMENTS: Mapping[str, int] = {
    "frac": 2, "dfrac": 2, "tfrac": 2, "binom": 2, "sqrt": 1, "overline": 1, "underline": 1, "bar": 1,
    "hat": 1, "vec": 1, "dot": 1, "ddot": 1, "tilde": 1, "mathrm": 1, "mathbf": 1, "mathit": 1,
    "mathbb": 1, "mathcal": 1, "text": 1, "overbrace": 1, "underbrace": 1,
}  # fmt: skip
#: Commands that stand for a sign, a name or a space.
SIGNS = frozenset(
    """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma
    tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega
    cdot times div pm mp ast circ bullet oplus otimes cup cap setminus wedge vee neg
    le leq ge geq ne neq approx equiv cong sim simeq propto ll gg in notin ni subset supset subseteq supseteq
    parallel perp mid to mapsto rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow
    uparrow downarrow sum prod int oint infty partial nabla forall exists emptyset angle prime degree
    ldots cdots vdots ddots dots lfloor rfloor lceil rceil langle rangle
    sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim max min sup inf det gcd deg
    quad qquad
    """.split()  # noqa: SIM905
)
#: A backslash and one of these: a space, or the sign itself.
ESCAPED = frozenset(" ,;:!%$#&_{}|")
ENVIRONMENTS = frozenset({"matrix", "pmatrix", "bmatrix", "vmatrix", "cases"})
DELIMITERS = frozenset(
    {
        *"()[]|./",
        *(rf"\{name}" for name in ("{", "}", "|", "langle", "rangle", "lfloor", "rfloor", "lceil", "rceil")),
    }
)
#: What no formula holds by itself: a comment, a parameter, a space of another language.
_REFUSED = frozenset("%#~")


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula of a text: its TeX, and whether it stands on a line of its own."""

    source: str
    is_display: bool


class _Fault(Exception):
    """What is wrong with a formula: a reason, where it is seen, and help."""

    def __init__(self, reason: str, value: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.value, self.detail = reason, value, detail


def found(match: re.Match[str]) -> Formula:
    """The formula of a match of `FORMULA`."""
    display = match["display"]
    return Formula(match["inline"] if display is None else display, display is not None)


def of_text(text: str) -> Iterator[Formula]:
    """The formulas of a Markdown text, in order; what stands in code is none."""
    for match in FORMULA.finditer(_CODE.sub("", text)):
        yield found(match)


def check(value: object) -> Iterator[Problem]:
    """What is wrong with the formulas of an author's form."""
    for path, text in texts(value, ""):
        if path.rpartition(".")[2] not in MARKDOWN_FIELDS:
            continue
        for formula in of_text(text):
            fault = _fault(formula.source)
            if fault is not None:
                detail = f"in the formula {formula.source[:60]}: {fault.detail}"
                yield Problem(path, fault.value[:60], fault.reason, detail)


def is_sound(source: str) -> bool:
    """Whether a formula holds only what this module lists, and all of it is complete."""
    return _fault(source) is None


def _fault(source: str) -> _Fault | None:
    try:
        _Reader(source).read()
    except _Fault as fault:
        return fault
    return None


class _Reader:
    """Walks once over the signs of a formula; raises `_Fault` at the first that cannot stand there."""

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST_FORMULA:
            raise _Fault("formula_too_long", "", f"at most {LONGEST_FORMULA} characters")
        self._tokens = _TOKEN.findall(source)
        self._place = 0

    def read(self) -> None:
        self._group("", 0, in_table=False)

    def _next(self) -> str:
        """The next sign that is no space; empty at the end."""
        while self._place < len(self._tokens):
            token: str = self._tokens[self._place]
            self._place += 1
            if not token.isspace():
                return token
        return ""

    def _group(self, end: str, depth: int, *, in_table: bool) -> None:
        """Everything up to ``end``, which is read too."""
        if depth > DEEPEST:
            raise _Fault("formula_too_deep", "", f"groups in groups, at most {DEEPEST}")
        scripts = ""
        while (token := self._next()) != end:
            if not token:
                raise _Fault("formula_unbalanced", end, f"{end} is missing at its end")
            scripts = _scripts(scripts, token)
            if token in ("&", r"\\"):
                if not in_table:
                    raise _Fault("formula_sign", token, f"{token} stands only between \\begin and \\end")
            elif token in "^_":
                self._argument(token, depth)
            else:
                self._one(token, depth, in_table=in_table)

    def _one(self, token: str, depth: int, *, in_table: bool) -> None:
        """A group, a command or a single sign."""
        if token == "{":
            self._group("}", depth + 1, in_table=in_table)
        elif token == "}":
            raise _Fault("formula_unbalanced", token, "this brace was never opened")
        elif token in _REFUSED:
            raise _Fault("formula_sign", token, f"{token} has a meaning of its own; write \\{token}")
        elif token.startswith("\\"):
            self._command(token, depth, in_table=in_table)

    def _argument(self, of: str, depth: int) -> None:
        token = self._next()
        if not token or token in ("}", "&", "^", "_", r"\\"):
            raise _Fault("formula_incomplete", of, f"something is missing behind {of}")
        self._one(token, depth + 1, in_table=False)

    def _command(self, token: str, depth: int, *, in_table: bool) -> None:
        name = token[1:]
        if name == "left":
            self._delimiter(token)
            self._group(r"\right", depth + 1, in_table=in_table)
            self._delimiter(r"\right")
        elif name == "begin":
            kind = self._name(token)
            self._group(r"\end", depth + 1, in_table=True)
            if self._name(r"\end") != kind:
                raise _Fault("formula_unbalanced", kind, f"\\end{{{kind}}} is missing")
        elif name in ARGUMENTS:
            self._arguments(name, token, depth)
        elif name not in SIGNS and name not in ESCAPED:
            raise _Fault("formula_unknown", token, f"{token} is not known here")

    def _arguments(self, name: str, token: str, depth: int) -> None:
        if name == "sqrt" and "[" in self._tokens[self._place : self._place + 1]:
            self._place += 1
            self._group("]", depth + 1, in_table=False)
        for _ in range(ARGUMENTS[name]):
            self._argument(token, depth)

    def _delimiter(self, of: str) -> None:
        if self._next() not in DELIMITERS:
            raise _Fault("formula_incomplete", of, f"a bracket is missing behind {of}")

    def _name(self, of: str) -> str:
        """The name of an environment, in its braces."""
        signs = []
        token = self._next()
        while token and token != "}":
            signs.append(token)
            token = self._next()
        name = "".join(signs).removeprefix("{")
        if name not in ENVIRONMENTS:
            raise _Fault(
                "formula_unknown", f"{of}{{{name}}}"[:60], f"known are {', '.join(sorted(ENVIRONMENTS))}"
            )
        return name


def _scripts(before: str, token: str) -> str:
    """The scripts that one base has so far: each of ^ and _ once, and primes, which are powers too."""
    if token not in ("^", "_", "'"):
        return ""
    is_second_prime = token == "'" and before.endswith("'")
    taken = before.replace("'", "^")
    if not is_second_prime and token.replace("'", "^") in taken:
        raise _Fault("formula_sign", token, f"{token} stands twice at the same place; use braces")
    return before + token
