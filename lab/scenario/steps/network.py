"""network: change what a hop does."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from lab.scenario.network import AnyBehaviourUse
from lab.scenario.step import StepModel
from lab.scenario.wrong import wrong


def _widen(value: Any) -> Any:
    """One behaviour alone stands for a list of one."""
    return value if value is None or isinstance(value, (list, tuple)) else [value]


Uses = Annotated[list[AnyBehaviourUse], BeforeValidator(_widen)]
"""One behaviour, or several; lab/scenario/schema_network.py tells editors of the one."""
Names = Annotated[list[str], BeforeValidator(_widen)]
"""One name, or several."""


class ChangeNetwork(StepModel):
    """Change what a hop does, all of it at once; connections live on."""

    step: Literal["network"] = Field("network", description="Which step this is.")
    hop: str | None = Field(
        None, description="The hop, by its name, or hop1, hop2 ...; may be left out of one alone."
    )
    add: Uses = Field(default_factory=list, description="Behaviours that it does from now on, besides the others.")
    remove: Names = Field(
        default_factory=list, description="Behaviours that it does no more, by name; all of them where it says `all`."
    )
    replace: Uses = Field(
        default_factory=list, description="Behaviours in place of those with the same names, with other parameters."
    )
    close: bool = Field(False, description="Whether to abort the connections that go through the hop.")

    @model_validator(mode="after")
    def _something(self) -> "ChangeNetwork":
        if not (self.add or self.remove or self.replace or self.close):
            raise wrong("nothing to change", "one of add, remove, replace, and close")
        return self
