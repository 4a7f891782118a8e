"""restart server: what a deployment does to the clients."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import StepModel
from lab.scenario.units import Milliseconds


class RestartServer(StepModel):
    """Restart the server, or one node of several; it comes back without its sessions."""

    main_argument: ClassVar[str | None] = "node"
    step: Literal["restart server"] = Field("restart server", description="Which step this is.")
    node: str | None = Field(None, description="The node: node1, node2 ...; may be left out of one alone.")
    duration: Milliseconds = Field(0.0, alias="for", description="How long it is away.")
    how: Literal["gracefully", "killed"] = Field(
        "gracefully", description="Whether it closes its sessions before it goes, or drops its connections."
    )
