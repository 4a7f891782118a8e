"""What behaviours that end a connection have in common: how they end it, and on which side."""

from typing import Any, Literal

from pydantic import Field

from lab.network.link.act import Ending, How
from lab.network.link.act import Side as SideName
from lab.network.link.behaviour import LinkBehaviour

Side = Literal["both", "client", "server"]

SIDE: Any = Field(
    "both",
    description=(
        "Whose connection is ended. With client or server the other one is left open, "
        "and what it says from then on is dropped."
    ),
)
"""The field of a behaviour that ends connections; of type `Side`."""


class EndParameters(LinkBehaviour.Parameters):
    """How a connection is ended."""

    end: Literal["fin", "rst"] = Field("fin", description="fin: in good order; rst: with a TCP reset.")
    side: Side = SIDE


def ending(how: How, side: Side, why: str) -> Ending:
    """The ending, with what was done put into words: ``closed the connection after 30 s`` for ``after 30 s``."""
    only: SideName | None = None if side == "both" else side
    verb = "reset" if how == "rst" else "closed"
    what = "the connection" if only is None else f"the connection of the {only}"
    return Ending(how, f"{verb} {what} {why}", only)


def seconds(duration_ms: float) -> str:
    """``60 s``, ``0.25 s``: a duration as it stands in an event."""
    return f"{duration_ms / 1000:g} s"
