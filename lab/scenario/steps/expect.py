"""expect: hold expectations against what has happened so far."""

from typing import Literal

from pydantic import Field, model_validator

from lab.scenario.expectations import Expectation
from lab.scenario.step import OnConnection
from lab.scenario.wrong import wrong


class Expect(OnConnection, Expectation):
    """Hold expectations against what has happened so far, at this point of the steps."""

    step: Literal["expect"] = Field("expect", description="Which step this is.")

    @model_validator(mode="after")
    def _something(self) -> "Expect":
        if not self.model_fields_set & Expectation.model_fields.keys():
            raise wrong("nothing to expect", "at least one expectation, such as transport: websocket")
        return self
