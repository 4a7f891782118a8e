"""From pydantic's errors to problems: a position in the file and words of the scenario, not of Python."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lab.scenario.base import Reading
from lab.scenario.expected import KEYS, in_words
from lab.scenario.hints import how_written, with_unit
from lab.scenario.locate import KEY, Loc, Place, locate
from lab.scenario.model import EngineName, Hop, Scenario
from lab.scenario.nodes import MappingNode, Node, Scalar, quoted, said
from lab.scenario.problems import Problem, Source, meant, nearest, one_of
from lab.scenario.steps import STEPS
from lab.scenario.types_at import keys_of, models_at
from lab.scenario.wrong import KIND
from lab.sockjs.transports import TRANSPORTS

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
            finding = self._wrong(loc, place, context)
            # Where a key is pointed at, what stands there has been said.
            return replace(finding, came="") if context["at"] == "key" else finding
        what = f"wrong value for {quoted(place.label)}" if place.label else "wrong value"
        # A key of the matrix has the keys above it in it, too.
        word = str(loc[-2]) if loc[-1:] == (KEY,) else _word(place.node)
        finding = _Finding(loc, place, place.node, what, came=said(place.node), word=word)
        if kind in ("literal_error", "enum"):
            return self._none_of(finding, tuple(_options(str(context["expected"]))))
        expected = in_words(kind, context, details["msg"], finding.word)
        if loc[:1] == ("matrix",) and isinstance(place.node, MappingNode) and place.node.entries:
            key = f"{place.label}.{next(iter(place.node.entries))}"
            return replace(finding, expected=f"a list of values, and keys with dots: {key}")
        models = models_at(loc, self._name_at, self._behaviours, self._of) if expected == KEYS else []
        hint = how_written(expected, place.node, self._text(place.node), models, self._reading)
        return replace(finding, expected=expected + hint, nearest=with_unit(finding.word, expected))

    def _none_of(self, finding: _Finding, options: tuple[str, ...]) -> _Finding:
        """What is said of a value that is none of the words which may stand there."""
        text = self._text(finding.at)
        if not finding.word and text in options:
            return replace(finding, expected=f'"{text}" in quotes')
        vocabulary = _vocabulary(options) if finding.word else ""
        if not vocabulary:
            return replace(finding, options=options)
        what = f"unknown {vocabulary} {quoted(finding.word)}"
        return replace(finding, what=what, options=options, came="", nearest=meant(finding.word, options))

    def _text(self, node: Node) -> str:
        return self._source.text[node.start : node.end]

    def _missing(self, loc: Loc) -> _Finding:
        place = locate(self._root, loc[:-1])
        key = str(loc[-1])
        return _Finding(loc, place, place.pointer, f'missing key "{key}"', expected=f'"{key}: ..."', missing=key)

    def _extra(self, loc: Loc) -> _Finding:
        place = locate(self._root, loc)
        word = str(loc[-1])
        models = models_at(loc[:-1], self._name_at, self._behaviours, self._of)
        options = tuple(dict.fromkeys(key for model in models for key in keys_of(model)))
        expected = "no keys here" if not options else ""
        near = nearest(word, options) or (self._home(word) if self._of is Scenario and len(loc) < 3 else "")
        if Hop in models and word in self._behaviours:
            expected = f'one behaviour in an item, or "behaviours: [{word}]" beside the other keys of a hop'
        at = place.key or place.node
        return _Finding(loc, place, at, f"unknown key {quoted(word)}", expected, options, word=word, nearest=near)

    def _home(self, word: str) -> str:
        """How a key is written that belongs into another part of the scenario; nothing where several have it."""
        if word in self._behaviours:
            return f"network: [{word}]"
        if any(word in keys_of(step) for name, step in STEPS.items() if name != "expect"):
            return ""
        parts = ("server", "page", "client", "expect")
        if word in STEPS:
            return f"steps: [{word}: ...]"
        homes = [part for part in parts for model in models_at((part,), self._name_at, {}) if word in keys_of(model)]
        if homes:
            return f"{homes[0]}: {{{word}: ...}}" if len(homes) == 1 else ""
        return f"network: [{{{word}: ...}}]" if word in keys_of(Hop) and word != "name" else ""

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
