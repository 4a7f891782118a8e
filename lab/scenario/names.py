"""Whether the names that steps use of connections and tabs were given before: a misspelt one would wait for ever."""

from collections.abc import Collection, Iterator, Sequence

from pydantic_core import PydanticCustomError

from lab.scenario.base import Found
from lab.scenario.problems import one_of
from lab.scenario.step import MAIN, StepModel
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.open_tab import OpenTab
from lab.scenario.wrong import wrong


def connections_of(steps: Sequence[StepModel | None]) -> dict[str, Connect]:
    """The connections that the steps make, by their names; None stands for a step that is wrong."""
    return {step.name: step for step in steps if isinstance(step, Connect) and step.throws is None}


def names_wrong(steps: Sequence[StepModel | None], *, own_page: bool) -> Iterator[Found]:
    """Names that nobody gave, or that were given twice, each with its place in the steps.

    Args:
        steps: The steps; None for one that is wrong, but that gives no name.
        own_page: Whether the page is the user's own: it makes its connections itself, under names that nobody gave
            them here.
    """
    tabs, connections = {MAIN}, set[str]()
    all_tabs = {step.name for step in steps if isinstance(step, OpenTab)}
    all_connections = connections_of(steps)
    for index, step in enumerate(steps):
        if isinstance(step, OpenTab):
            if step.name in tabs:
                yield (index, step.step, "name"), wrong(f'a second tab called "{step.name}"', "another name")
            tabs.add(step.name)
            continue
        tab = getattr(step, "tab", MAIN)
        if step is not None and tab not in tabs:
            yield (index, step.step, "tab"), _unknown("tab", tab, tabs, all_tabs, f"open tab: {tab}")
        if isinstance(step, Connect):
            if step.name in connections:
                what = f'a second connection called "{step.name}"'
                yield (index, step.step, "name"), wrong(what, "another name, such as connect: again")
            if step.throws is None:
                connections.add(step.name)
            continue
        name = getattr(step, "connection", None)
        if step is not None and name is not None and name not in connections and not own_page:
            yield _without_connection(index, step, name, connections, all_connections)


def _without_connection(
    index: int, step: StepModel, name: str, there: Collection[str], later: Collection[str]
) -> Found:
    named = "connection" in step.model_fields_set
    if not later or not (there or named):
        return (index,), wrong(f"{step.step} before any connect", "a connect step before it", at="key")
    if named:
        return (index, step.step, "connection"), _unknown("connection", name, there, later, f"connect: {name}")
    what = f'no connection called "{name}", which is meant where none is named'
    return (index,), wrong(what, f'"connection: ...", {one_of(sorted(there))}', at="key")


def _unknown(kind: str, name: str, there: Collection[str], later: Collection[str], maker: str) -> PydanticCustomError:
    """What is wrong with a name that nothing has yet; ``maker`` is the step that would make it."""
    if name in later:
        return wrong(f'the {kind} "{name}" is made by a later step', f'"{maker}" before this step')
    return wrong(f"unknown {kind}", options=sorted(there or later), word=name)
