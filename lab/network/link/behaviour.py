"""Link behaviours: one thing that a link does to the bytes that pass it, or to their time, one file each.

A behaviour is a plain class with a pydantic model of its parameters and at most three hooks. It keeps nothing of a
connection itself: for each one it makes an `Act` (see act.py), which does::

    class Late(LinkBehaviour):
        class Parameters(LinkBehaviour.Parameters):
            delay: Milliseconds = Field(50.0, description="How late everything arrives.")

        parameters: Parameters

        def act(self, scope: Scope) -> Act:
            return _Late(self.parameters.delay)

    class _Late(Act):
        def __init__(self, delay_ms: float) -> None:
            self._delay_ms = delay_ms

        def pieces(self, direction: Direction, size: int, at_ms: float) -> Iterator[Piece]:
            yield Piece(size, at_ms + self._delay_ms)

Nothing in it does I/O or reads a clock: it is told the time and says when things are due, so that it can be tested
without waiting. It never sees a byte either: it can delay, cut, drop and end, not alter.
"""

import logging
from random import Random
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from lab.errors import UsageError
from lab.network.filter import Filter
from lab.network.link.act import Act, Scope

logger = logging.getLogger(__name__)


class Report(Protocol):
    """Where `LinkBehaviour.did` goes."""

    def __call__(self, behaviour: str, conn: int, did: str, /, **more: Any) -> None:
        """Tell what the behaviour did to the connection of this number."""


def log_report(behaviour: str, conn: int, did: str, /, **more: Any) -> None:
    """The `Report` of a behaviour that no link has taken yet: one line in the log."""
    figures = "".join(f" {key}={value}" for key, value in more.items())
    logger.info("connection %d: %s %s%s", conn, behaviour, did, figures)


class LinkBehaviour:
    """One thing that a link does to bytes and time."""

    class Parameters(BaseModel):
        """What may stand under the behaviour's name in a scenario."""

        model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
        lab_kind: ClassVar[str] = "link"
        """By which a scenario knows that it stands in a link (see lab/scenario/network.py)."""

    name: ClassVar[str] = ""
    """The stem of the file that the class stands in."""
    parameters: Parameters

    def __init__(self, parameters: BaseModel | None = None) -> None:
        self.parameters = parameters or self.Parameters()  # type: ignore[assignment] # a subclass has its own model
        self.report: Report = log_report
        """The link puts its own here."""
        self.filter = Filter()
        """What it acts on, and when."""
        self._lots = f"0//{self.name}"

    def __init_subclass__(cls) -> None:
        cls.name = cls.__module__.rpartition(".")[2]

    def limit(self, limits: Any | None, *, place: str = "") -> None:
        """Take the limits of a use: its filter and its seed.

        Args:
            limits: lab.scenario.limits.Limits, or whatever has its attributes; no limits and seed 0 where None.
            place: Where in the network it stands. Two uses with one seed, at two places, draw different lots.

        Raises:
            UsageError: They look into requests, which a link does not read.
        """
        own = Filter.of(limits)
        if own.transports or own.url or own.methods or own.header:
            raise UsageError(
                f"{self.name}: a link sees bytes, not requests: it cannot tell a transport, url, method or header",
                remedy="Use direction, nth, after, for or every, or a behaviour of a proxy.",
            )
        self.filter = own
        self._lots = f"{limits.seed if limits else 0}/{place}/{self.name}"

    @property
    def random(self) -> Random:
        """Lots for what concerns no connection: the same from the start each time."""
        return Random(self._lots)

    def random_for(self, conn: int, direction: str = "") -> Random:
        """Lots for one connection, or for one direction of it.

        Each has its own, so that what happens on a connection does not depend on how others interleave with it.
        """
        return Random(f"{self._lots}/{conn}/{direction}")

    def act(self, scope: Scope) -> Act | None:
        """What it does to one connection; None where it does nothing to one that has come in."""
        return None

    def admit(self, scope: Scope, at_ms: float, inside: int) -> float | None:
        """When a connection that has come may come in: until then nothing of it is read and no server is asked.

        Args:
            scope: What is known of the connection.
            at_ms: Now. It is asked again whenever a connection ends, and at the time that it says.
            inside: How many connections of the link have come in and not ended.

        Returns:
            A time not after ``at_ms`` to let it in, a later one, `NEVER` for not before something changes; None
            to turn it away with RST.
        """
        return at_ms

    def source(self, scope: Scope) -> str | None:
        """The address of this machine that the server sees a connection come from; None for the usual one."""
        return None

    def did(self, conn: int, did: str, /, **more: Any) -> None:
        """Say what was done to a connection, as one clause in the past tense: ``reset the connection``."""
        self.report(self.name, conn, did, **more)
