"""server: stop, start or restart a server node."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import StepModel


class ChangeServer(StepModel):
    """Stop, start or restart the server, or one node of several."""

    main_argument: ClassVar[str | None] = "action"
    step: Literal["server"] = Field("server", description="Which step this is.")
    action: Literal["stop", "start", "restart"] = Field(description="What is done to it.")
    node: str | None = Field(None, description="The node: node1, node2 ...; may be left out of one alone.")
    how: Literal["gracefully", "killed"] = Field(
        "gracefully", description="Whether it closes its sessions before it goes, or drops its connections."
    )
