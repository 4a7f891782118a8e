"""From the paths and options of a command to the cases that they select."""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from lab.errors import LabError, UsageError
from lab.runner import status
from lab.scenario.document import Document
from lab.scenario.loader import load
from lab.scenario.matrix import Case, cases
from lab.scenario.problems import Problem, ScenarioErrors, nearest
from lab.scenario.select import Found, NoScenario, find, matching
from lab.shipped import SCENARIOS
from lab.texts import quoted
from lab.timeline.words import listed, plural


class NothingSelected(LabError):
    """No case is left to run (exit status 5)."""

    status = status.NOTHING_SELECTED


def loaded(paths: Sequence[Path] | None, proxies: Sequence[Path] | None) -> list[tuple[Document, list[Case]]]:
    """The scenarios at ``paths`` (the shipped ones where there are none) with their cases.

    Raises:
        ScenarioErrors: Some of them are wrong: the problems of all the files at once.
        UsageError: A path does not exist.
        NothingSelected: A folder holds no scenario.
    """
    from lab.browser import personas
    from lab.runner.session import catalogues
    from lab.timeline.diagnosis import causes

    known = {"personas": personas.names(), "causes": causes()}
    of_folder = catalogues(tuple(proxies or ()))
    models: dict[Path, dict[str, type[BaseModel]] | None] = {}
    documents: list[tuple[Document, list[Case]]] = []
    problems: list[Problem] = []
    failures: list[LabError] = []
    for found in _found(paths or [SCENARIOS]):
        folder = found.path.parent
        try:
            if folder not in models:
                models[folder] = None
                models[folder] = of_folder(folder).models()
        except ScenarioErrors as error:
            problems += error.problems
        except LabError as error:
            failures.append(error)
        try:
            # Where the behaviours are wrong, the rest of the scenario is still held against what is known.
            document = load(found.path, models[folder], **known, name=found.name)
            documents.append((document, cases(document)))
        except ScenarioErrors as error:
            problems += error.problems
    if failures:
        raise _together(problems, failures)
    if problems:
        raise ScenarioErrors(problems)
    return documents


def _found(paths: Sequence[Path]) -> list[Found]:
    try:
        return find(paths)
    except NoScenario as error:
        raise NothingSelected(str(error), remedy=error.remedy) from None


def _together(problems: Sequence[Problem], failures: Sequence[LabError]) -> LabError:
    """One error of all that is wrong with scenarios and behaviours."""
    if len(failures) == 1 and not problems:
        return failures[0]
    told = [str(ScenarioErrors(problems))] if problems else []
    return UsageError("\n\n".join([*told, *(f"{failure}\n  {failure.remedy}" for failure in failures)]))


def selected(
    paths: Sequence[Path] | None,
    browsers: Sequence[str] | None,
    expression: str,
    proxies: Sequence[Path] | None,
) -> list[Case]:
    """The cases of the scenarios at ``paths``, in these browsers, that match the expression.

    Raises:
        NothingSelected: None is left.
    """
    everything = [case for _, found in loaded(paths, proxies) for case in found]
    asked = [str(browser) for browser in browsers or ()]
    wanted = [case for case in everything if not asked or case.engine in asked]
    left = matching(wanted, expression) if expression else wanted
    if not wanted:
        engines = listed([*dict.fromkeys(case.engine for case in everything)])
        what = f"of {plural(len(everything), 'case')} none is for {listed(asked, 'or')}"
        raise NothingSelected(f"nothing is selected: {what}.", remedy=f"There are cases for {engines}.")
    if not left:
        what = f"of {plural(len(wanted), 'case')} none fits {quoted(expression)}"
        raise NothingSelected(f"nothing is selected: {what}.", remedy=_remedy(wanted, expression))
    return left


def _remedy(cases: Sequence[Case], expression: str) -> str:
    """What to do about an expression that fits none of the cases."""
    names = [word for case in cases for word in (*re.split(r"[/\[\],=]", case.id), *case.scenario.tags) if word]
    near = nearest(expression, dict.fromkeys(names)) if re.fullmatch(r"[\w.-]+", expression) else ""
    return f"Did you mean {near}?" if near else "It is held against ids, titles and tags: see `lab list`."
