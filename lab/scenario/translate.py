"""From pydantic's errors to problems: a position in the file and words of the scenario, not of Python."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lab.scenario.base import Reading
from lab.scenario.hints import as_keys, written
from lab.scenario.limits import Limits
from lab.scenario.locate import Loc, Place, locate
from lab.scenario.model import EngineName, Hop, Scenario
from lab.scenario.nodes import MappingNode, Node, Plain, Scalar, quoted, said
from lab.scenario.problems import Problem, Source, nearest, one_of
from lab.scenario.types_at import keys_of, models_at
from lab.scenario.wrong import KIND
from lab.sockjs.transports import TRANSPORTS
from lab.units import DURATION, SIZE

# Pydantic's type of error, and what a file's reader calls that which was expected.
_TYPES = {
    "string_type": "a text",
    "string_sub_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "keys and values",
    "mapping_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
    "dataclass_type": "keys and values",
    "none_required": "nothing",
}
# The same, with what pydantic says of the limit; the words in braces are keys of the error's context.
_LIMITS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "too_short": "at least {min_length} items",
    "too_long": "at most {max_length} items",
}
_TRUTH = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
"""What YAML 1.1 took for a truth value and YAML 1.2 takes for a text."""


@dataclass(frozen=True)
class _Finding:
    """One error, half translated: findings at one value become one problem."""

    loc: Loc
    place: Place
    at: Node
    what: str
    expected: str = ""
    options: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    """Words that would be right, too, but are not worth a list."""
    came: str = ""
    word: str = ""
    nearest: str = ""
    """What was most likely meant, where that is known."""
    missing: str = ""
    """The key that is missing, where one is."""


def problems_of(
    error: ValidationError,
    source: Source,
    root: Node,
    reading: Reading,
    *,
    of: type[BaseModel] = Scenario,
) -> list[Problem]:
    """The problems that a validation has found in what ``root`` holds, sorted by position.

    Args:
        error: What the validation has found.
        source: The text.
        root: What it holds.
        reading: What it was held against, besides the model.
        of: The model that the whole file was held against.
    """
    translator = _Translator(source, root, reading, of)
    findings = [translator.finding(details) for details in error.errors(include_url=False, include_input=False)]
    findings = list(_without_echoes(_deepest(findings)))
    by_value = sorted(findings, key=lambda finding: (finding.at.start, finding.at.end, finding.what))
    groups = groupby(by_value, key=lambda finding: (finding.at.start, finding.at.end, finding.what))
    return sorted(_problem(list(group), source) for _, group in groups)


def _deepest(findings: list[_Finding]) -> Iterator[_Finding]:
    """Of the branches of a union, only the findings of those that went along with the file the furthest."""
    names: dict[Loc, set[int | str]] = {}
    deepest: dict[Loc, int] = {}
    for finding in findings:
        for branch in finding.place.branches:
            names.setdefault(branch, set()).add(finding.loc[len(branch)])
            deepest[branch] = max(deepest.get(branch, 0), finding.place.found)
    for finding in findings:
        unions = [branch for branch in finding.place.branches if len(names[branch]) > 1]
        if all(finding.place.found == deepest[branch] for branch in unions):
            yield finding


def _without_echoes(findings: Iterator[_Finding]) -> Iterator[_Finding]:
    """A key that is misspelt is not missing as well."""
    every = list(findings)
    meant = {(finding.loc[:-1], nearest(finding.word, finding.options)) for finding in every if finding.word}
    for finding in every:
        if not finding.missing or (finding.loc[:-1], finding.missing) not in meant:
            yield finding


def _problem(findings: list[_Finding], source: Source) -> Problem:
    """One problem of all that was found at one value: any of what was expected would be right."""
    first = findings[0]
    expected = [
        finding.expected or one_of(finding.options) for finding in findings if finding.expected or finding.options
    ]
    options = [option for finding in findings for option in (*finding.options, *finding.near)]
    came = first.came
    if first.word in options:  # it only lacks the right type: 403 in quotes, where the number is expected
        came, options = f"the text {came}", []
    near = first.nearest or (nearest(first.word, options) if first.word else "")
    if not near and "true or false" in expected:
        near = _TRUTH.get(first.word.lower(), "")
    joined = ", or ".join(dict.fromkeys(expected))
    return source.problem(first.at.start, first.at.end, first.what, expected=joined, came=came, nearest=near)


class _Translator:
    """Translates the errors of one file."""

    def __init__(self, source: Source, root: Node, reading: Reading, of: type[BaseModel]) -> None:
        self._source = source
        self._root = root
        self._reading = reading
        self._behaviours: Mapping[str, type[BaseModel]] = reading.behaviours or {}
        self._of = of

    def finding(self, details: ErrorDetails) -> _Finding:
        """What one of pydantic's errors says of the file."""
        loc, kind = details["loc"], details["type"]
        context: dict[str, Any] = details.get("ctx", {})
        if kind == "missing":
            return self._missing(loc)
        if kind == "extra_forbidden":
            return self._extra(loc)
        place = locate(self._root, loc)
        if kind == KIND:
            return self._wrong(loc, place, context)
        what = f"wrong value for {quoted(place.label)}" if place.label else "wrong value"
        finding = _Finding(loc, place, place.node, what, came=said(place.node), word=_word(place.node))
        if kind in ("literal_error", "enum"):
            options = tuple(_options(str(context["expected"])))
            vocabulary = _vocabulary(options)
            if vocabulary and finding.word:
                return replace(finding, what=f"unknown {vocabulary} {quoted(finding.word)}", options=options, came="")
            return replace(finding, options=options)
        expected = _expected(kind, context, details["msg"], _unit(finding.word)) + self._hint(kind, loc, place.node)
        if kind == "string_type" and isinstance(place.node, Scalar) and place.node.value is not None:
            expected += f': "{self._source.text[place.node.start : place.node.end]}" in quotes'
        return replace(finding, expected=expected)

    def _missing(self, loc: Loc) -> _Finding:
        place = locate(self._root, loc[:-1])
        key = str(loc[-1])
        return _Finding(loc, place, place.pointer, f'missing key "{key}"', expected=f'"{key}: ..."', missing=key)

    def _hint(self, kind: str, loc: Loc, node: Node) -> str:
        """Behind what was expected in place of one word: how it is written with that word in it."""
        if isinstance(node, MappingNode) and _TYPES.get(kind) == "a list":
            return ", each item behind a dash"
        value = node.value if isinstance(node, Scalar) else None
        if value is None:
            return ""
        if _TYPES.get(kind) == "a list":
            return f": [{', '.join(map(written, _words(value)))}]"
        if _TYPES.get(kind) == "keys and values":
            models = models_at(loc, self._name_at, self._behaviours, self._of)
            meant = next(
                filter(None, (as_keys(model, value, self._reading) for model in models if model is not Limits)), ""
            )
            keys = ", ".join(dict.fromkeys(key for model in models for key in keys_of(model)))
            return f", such as {meant}" if meant else f" ({keys})" if keys else ""
        return ""

    def _extra(self, loc: Loc) -> _Finding:
        place = locate(self._root, loc)
        word = str(loc[-1])
        models = models_at(loc[:-1], self._name_at, self._behaviours, self._of)
        options = tuple(dict.fromkeys(key for model in models for key in keys_of(model)))
        expected = "no keys here" if not options else ""
        if Hop in models and word in self._behaviours:
            expected = f'one behaviour in an item, or "behaviours: [{word}]" beside the other keys of a hop'
        at = place.key or place.node
        return _Finding(loc, place, at, f"unknown key {quoted(word)}", expected, options, word=word)

    def _wrong(self, loc: Loc, place: Place, context: Mapping[str, Any]) -> _Finding:
        """What the model itself says; see lab/scenario/wrong.py."""
        node, where, word = place.node, context["at"], context["word"]
        near: tuple[str, ...] = ()
        if isinstance(node, MappingNode) and where in ("key", "only value") and len(node.entries) == 1:
            (entry,) = node.entries.values()
            node = entry.key if where == "key" else entry.value
            # A hop that is just a behaviour: the word may have been meant for a key of the hop.
            is_hop = any(at[:-1] == ("network",) for at in (loc, *place.branches))
            near = tuple(keys_of(Hop)) if is_hop else ()
        elif isinstance(node, MappingNode) and where in node.entries:
            node = node.entries[where].value
        keys = ", ".join(map(quoted, node.entries)) if isinstance(node, MappingNode) else ""
        what, came = (f"{context['what']} {quoted(word)}", "") if word else (context["what"], keys or said(node))
        options, meant = tuple(context["options"]), context["near"]
        return _Finding(loc, place, node, what, context["expected"], options, near, came, word, meant)

    def _name_at(self, loc: Loc) -> str:
        """The name of the behaviour or of the profile that is used at a place."""
        for key in ("profile", "name"):
            word = _word(locate(self._root, (*loc, key)).node)
            if word in self._behaviours:
                return word
        return ""


def _words(value: Plain) -> list[Plain]:
    """What may be meant to be several: a text is parted at its commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else [value]


def _unit(word: str) -> str:
    """The unit that a limit has which the word is held against."""
    return "ms" if DURATION.fullmatch(word) else "B" if SIZE.fullmatch(word) else ""


def _word(node: Node) -> str:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def _options(expected: str) -> Iterator[str]:
    """The words in pydantic's list of what a literal may be: ``'http' or 'https'``."""
    for quoted_word, bare in re.findall(r"'([^']*)'|([^\s,']+)", expected):
        if bare != "or":
            yield quoted_word or bare


def _vocabulary(options: tuple[str, ...]) -> str:
    """What the options are the names of, where that is worth saying."""
    if set(options) >= set(TRANSPORTS):
        return "transport"
    return "engine" if set(options) == set(get_args(EngineName)) else ""


def _expected(kind: str, context: Mapping[str, Any], message: str, unit: str) -> str:
    """What was expected, from the table or, for the rarer types of error, from pydantic's own sentence.

    ``unit`` is what limits are in.
    """
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _LIMITS:
        unit = unit if kind.startswith(("greater", "less")) else ""
        limits = {
            key: f"{value:g}{unit}" if isinstance(value, (int, float)) else value for key, value in context.items()
        }
        return re.sub(r"\b1 (character|item)s\b", r"1 \1", _LIMITS[kind].format_map(limits))
    plain = re.sub(r"^(Value error|Assertion failed), ", "", message)
    return re.sub(r"^(Input should be |expected )", "", plain)
