"""Which models stand at a place of the scenario: what keys and words would have been right there."""

import types
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from lab.scenario.limits import Limits
from lab.scenario.locate import Loc
from lab.scenario.model import BehaviourUse, Hop, Scenario

NameAt = Callable[[Loc], str]
"""The name of the behaviour, or of the profile, whose use stands at a place."""


def models_at(
    loc: Loc,
    name_at: NameAt,
    behaviours: Mapping[str, type[BaseModel]],
    of: type[BaseModel] = Scenario,
) -> list[type[BaseModel]]:
    """The models that may stand at ``loc``: several where there is a union, none where there is no model.

    ``of`` is the model of the whole file.
    """
    here: list[Any] = [of]
    for index, part in enumerate(loc):
        below = [kind for one in here for kind in _below(one, part)]
        if part == "parameters" and any(_is_use(one) for one in here):
            model = behaviours.get(name_at(loc[:index]))
            if model is None:
                return []
            # In short, the limits of a use stand among its parameters.
            below = [model] if Hop in here else [model, Limits]
        # What leads nowhere names a branch of a union: the models that it may mean are already here.
        here = below or [one for one in here if _is_called(one, part)] or here
    return [one for one in here if isinstance(one, type) and issubclass(one, BaseModel)]


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that a file may have where the model stands; a step's name is not among them."""
    return [field.alias or name for name, field in model.model_fields.items() if name != "step"]


def _below(kind: Any, part: int | str) -> Iterator[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if (field.alias or name) == part:
                yield from _branches(field.annotation)
    elif origin in (list, tuple, set, frozenset) and isinstance(part, int) and arguments:
        yield from _branches(arguments[0])
    elif origin is dict and len(arguments) == 2:
        yield from _branches(arguments[1])


def _branches(annotation: Any) -> Iterator[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _branches(arguments[0])
    elif origin is Union or origin is types.UnionType:
        for argument in arguments:
            yield from _branches(argument)
    else:
        yield annotation


def _is_use(kind: Any) -> bool:
    """Whether a behaviour, or a profile, is used there."""
    return isinstance(kind, type) and issubclass(kind, (BehaviourUse, Hop))


def _is_called(kind: Any, part: int | str) -> bool:
    """Whether a union's branch has this name: the class's, or its step's."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return False
    step = kind.model_fields.get("step")
    return kind.__name__ == part or (step is not None and step.default == part)
