"""What all the models of a scenario share, and how a file's values are held against them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json


class Model(BaseModel):
    """What all parts of a scenario share: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@dataclass(frozen=True)
class Reading:
    """The validation context of a scenario that is read from a file."""

    behaviours: Mapping[str, type[BaseModel]] | None = None
    """The parameter model of each behaviour that there is; None where any name and parameter will do."""


Checked = TypeVar("Checked", bound=BaseModel)


def validate_plain(model: type[Checked], value: Any, reading: Reading) -> Checked:
    """Validate what a file says: types are taken at their word, units must be written, aliases are the only keys.

    Raises:
        ValidationError: The value does not fit.
    """
    return model.model_validate_json(to_json(value), strict=True, context=reading, by_alias=True, by_name=False)


def raise_at(loc: tuple[int | str, ...], error: PydanticCustomError) -> NoReturn:
    """Raise a validation error that points at ``loc``, counted from the field that is being validated."""
    raise ValidationError.from_exception_data("Scenario", [InitErrorDetails(type=error, loc=loc, input=None)])
