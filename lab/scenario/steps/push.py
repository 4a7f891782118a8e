"""push: the server sends messages that nobody asked for."""

from typing import ClassVar, Literal

from pydantic import Field

from lab.scenario.step import OnConnection
from lab.scenario.steps.send import Made
from lab.scenario.units import Milliseconds


class Push(OnConnection):
    """The server sends one message to the client, or many; a receive step waits for them."""

    main_argument: ClassVar[str | None] = "text"
    one_of: ClassVar[tuple[str, ...]] = ("text", "made")
    step: Literal["push"] = Field("push", description="Which step this is.")
    text: str | None = Field(None, description="The text of the message.")
    made: Made | None = Field(None, description="Messages that the lab makes.")
    every: Milliseconds = Field(0.0, description="Time from one message to the next; all at once where 0ms.")

    @property
    def allowed_ms(self) -> float:
        """How long it may take: the pauses between the messages, and a second for every thousand."""
        count = self.made.count if self.made else 1
        return self.every * count + count
