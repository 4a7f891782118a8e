"""What every step of a scenario has in common."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from lab.scenario.base import Model
from lab.scenario.wrong import wrong

MAIN = "main"
"""The connection that a step means where it names none."""


class StepModel(Model):
    """One step: a subclass for each, in a file of its own in lab/scenario/steps/."""

    main_argument: ClassVar[str | None] = None
    """The key whose value may stand right behind the step's name: ``send: hello``."""
    one_of: ClassVar[tuple[str, ...]] = ()
    """Keys of which exactly one must be given."""
    step: str = Field(description="Which step this is.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [key for key in self.one_of if getattr(self, key) is not None]
        if self.one_of and len(given) != 1:
            what = f'"{given[0]}" beside "{given[1]}"' if given else f"nothing to {self.step}"
            raise wrong(what, f"one of {', '.join(self.one_of[:-1])} and {self.one_of[-1]}")
        return self

    @property
    def allowed_ms(self) -> float:
        """How long it may take at the most, in milliseconds: what it waits for, and what it does in a given time."""
        return float(getattr(self, "within", 0.0)) + float(getattr(self, "duration", 0.0))


class OnConnection(StepModel):
    """A step that concerns one connection of the page."""

    connection: str = Field(MAIN, min_length=1, description="The connection that it concerns, by its name.")
