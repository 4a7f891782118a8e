"""The steps of a scenario, one file each, found by their place; in full and in short.

A file holds one subclass of `lab.scenario.step.StepModel`, whose ``step`` is the step's name in a scenario. What
performs it is the file of the same name in lab/runner/steps/.
"""

import importlib
import pkgutil
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Discriminator, Tag, ValidationError, ValidationInfo

from lab.scenario.base import Model, Reading
from lab.scenario.hints import as_keys
from lab.scenario.step import StepModel
from lab.scenario.wrong import Place, wrong


def _found() -> dict[str, type[StepModel]]:
    steps: dict[str, type[StepModel]] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        (model,) = (
            value
            for value in vars(loaded).values()
            if isinstance(value, type) and issubclass(value, StepModel) and value.__module__ == loaded.__name__
        )
        steps[model.model_fields["step"].default] = model
    return dict(sorted(steps.items()))


STEPS: dict[str, type[StepModel]] = _found()
"""What each step's name stands for."""


def _widen_step(value: Any, info: ValidationInfo) -> Any:
    """``close``, ``send: hello`` and ``receive: {text: hello, within: 2s}`` in their one full form."""
    if isinstance(value, str):
        _check_step(value)
        return {"step": value}
    if isinstance(value, dict) and "step" in value:
        _check_step(value["step"], at="step")
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((name, arguments),) = value.items()
        _check_step(name, at="key")
        if arguments is None:
            return {"step": name}
        if isinstance(arguments, dict):
            if "step" in arguments:
                raise wrong(f'"step" below "{name}"', "the step's name in one place", at="only value")
            return {"step": name, **arguments}
        main = STEPS[name].main_argument
        if main is not None and not isinstance(arguments, list):
            return {"step": name, main: arguments}
        raise wrong(f'wrong value for "{name}"', _arguments(name, arguments, info.context), at="only value")
    if isinstance(value, Model):
        return value
    several = isinstance(value, dict) and bool(value)
    raise wrong("several steps in one item" if several else "not a step", f"one step: {', '.join(STEPS)}")


def _arguments(name: str, value: Any, reading: object) -> str:
    """What may stand below a step's name, in words, where ``value`` may not."""
    model: Any = STEPS[name]
    meant = as_keys(model, value, reading if isinstance(reading, Reading) else Reading())
    keys = ", ".join(field.alias or key for key, field in model.model_fields.items() if key != "step")
    told = f"keys and values, such as {name}: {meant}" if meant else f"keys and values ({keys})"
    try:
        model()
    except ValidationError:
        return told
    return f"nothing, or {told}"


def _check_step(name: object, *, at: Place = "value") -> None:
    if not isinstance(name, str) or name not in STEPS:
        raise wrong("unknown step", options=STEPS, word=name if isinstance(name, str) else "", at=at)


def step_name(value: Any) -> str | None:
    """The name of the step that a value of a file is, in whichever form; None where it is none."""
    name: Any = value
    if isinstance(value, dict):
        name = next(iter(value)) if len(value) == 1 and "step" not in value else value.get("step")
    return name if isinstance(name, str) and name in STEPS else None


def _tag(value: Any) -> str | None:
    name = value.get("step") if isinstance(value, dict) else getattr(value, "step", None)
    return name if name in STEPS else None


if TYPE_CHECKING:
    Step: TypeAlias = StepModel
else:
    Step = Annotated[
        reduce(or_, (Annotated[model, Tag(name)] for name, model in STEPS.items())),
        Discriminator(_tag),
        BeforeValidator(_widen_step),
    ]
