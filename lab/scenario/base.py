"""What all the models of a scenario share, and how a file's values are held against them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NoReturn, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json


class Model(BaseModel):
    """What all parts of a scenario share: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    likely_key: ClassVar[str] = ""
    """The key that is most likely meant where a single word stands in place of keys and values."""


@dataclass(frozen=True)
class Reading:
    """The validation context of a scenario that is read from a file."""

    behaviours: Mapping[str, type[BaseModel]] | None = None
    """The parameter model of each behaviour that there is; None where any name and parameter will do."""
    personas: Collection[str] | None = None
    """The names of the personas that there are; None where any will do."""
    causes: Collection[str] | None = None
    """The causes that the diagnosis may name; None where any will do."""
    beside: Path | None = None
    """The folder of the scenario's file; None where the files that it names are not looked for."""
    written: Mapping[str, Any] = field(default_factory=dict)
    """What the file says, be it right or wrong."""
    steps: list[Any] = field(default_factory=list)
    """Filled once the steps were read, with None for one that is wrong; left empty where some may be amiss."""


Found: TypeAlias = tuple[tuple[int | str, ...], PydanticCustomError]
"""A mistake, and its place, counted from the field that is being validated; ``[key]`` at its end: the key itself."""

Checked = TypeVar("Checked", bound=BaseModel)


def validate_plain(model: type[Checked], value: Any, reading: Reading) -> Checked:
    """Validate what a file says: types are taken at their word, units must be written, aliases are the only keys.

    Raises:
        ValidationError: The value does not fit.
    """
    return model.model_validate_json(to_json(value), strict=True, context=reading, by_alias=True, by_name=False)


def raise_at(loc: tuple[int | str, ...], error: PydanticCustomError) -> NoReturn:
    """Raise a validation error that points at ``loc``, counted from the field that is being validated."""
    raise_all([(loc, error)])
    raise AssertionError("raise_all raised nothing")


def raise_all(found: Iterable[Found], besides: ValidationError | None = None) -> None:
    """Raise one validation error of all that was found, if anything was.

    Args:
        found: What was found.
        besides: An error that the same field has already; what it says is said, too.
    """
    details = _details(besides) if besides is not None else []
    details += [InitErrorDetails(type=error, loc=loc, input=None) for loc, error in found]
    if details:
        raise ValidationError.from_exception_data("Scenario", details)


def _details(error: ValidationError) -> list[InitErrorDetails]:
    """What an error is made of, as errors of the lab's own: pydantic does not take its own types of error back."""
    return [
        InitErrorDetails(
            type=PydanticCustomError(one["type"], one["msg"], one.get("ctx")),
            loc=one["loc"],
            input=one["input"],
        )
        for one in error.errors(include_url=False)
    ]
