"""Whether the names that steps use of connections and tabs were given before: a misspelt one would wait for ever."""

from collections.abc import Sequence

from lab.scenario.base import raise_at
from lab.scenario.step import MAIN, StepModel
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.open_tab import OpenTab
from lab.scenario.wrong import wrong


def check_names(steps: Sequence[StepModel], *, own_page: bool) -> None:
    """Hold each step's connection and tab against those made before it.

    A page of the user's own makes its connections itself, under names that nobody gave them here.

    Raises:
        ValidationError: At the first name that nobody gave, or that was given twice.
    """
    tabs, connections = {MAIN}, set[str]()
    for index, step in enumerate(steps):
        if isinstance(step, OpenTab):
            if step.name in tabs:
                raise_at((index, step.step, "name"), wrong(f'a second tab called "{step.name}"', "another name"))
            tabs.add(step.name)
            continue
        tab = getattr(step, "tab", MAIN)
        if tab not in tabs:
            raise_at((index, step.step, "tab"), wrong("unknown tab", options=sorted(tabs), word=tab))
        if isinstance(step, Connect):
            if step.name in connections:
                what = f'a second connection called "{step.name}"'
                raise_at((index, step.step, "name"), wrong(what, "another name, such as connect: again"))
            if step.throws is None:
                connections.add(step.name)
            continue
        name = getattr(step, "connection", None)
        if name is None or name in connections or own_page:
            continue
        if not connections:
            raise_at((index,), wrong(f"{step.step} before any connect", "a connect step before it", at="key"))
        error = wrong("unknown connection", options=sorted(connections), word=name)
        raise_at((index, step.step, "connection") if "connection" in step.model_fields_set else (index,), error)
