"""One direction of a connection: the stages that its bytes go through, without I/O and without a clock."""

from collections.abc import Sequence
from typing import NamedTuple

from lab.network.link.act import NEVER, Act, Cut, Ending, How
from lab.network.link.stage import Chunk, Close, Stage


class Wanted(NamedTuple):
    """An act has come to where it ends the connection."""

    act: Act
    ending: Ending
    at_ms: float


class Chain:
    """Stages in the order in which the bytes meet them. Empty, it is not to be asked: everything passes."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self.is_cut = False
        """Whether a behaviour has ended this direction: what comes now is dropped."""

    @property
    def full(self) -> bool:
        """Whether nothing more should be read for it."""
        return any(stage.full for stage in self.stages)

    def due_ms(self) -> float:
        """When `advance` has something next."""
        return min((stage.due_ms() for stage in self.stages), default=NEVER)

    def take(self, item: Chunk | Close) -> None:
        """Let something in at the source."""
        if not self.is_cut:
            self.stages[0].take(item)

    def advance(self, now_ms: float) -> list[Chunk | Close | Wanted]:
        """What comes out by ``now_ms``, in order; after a `Wanted` it is to be asked again."""
        out: list[Chunk | Close | Wanted] = []
        for index, stage in enumerate(self.stages):
            while (item := stage.give(now_ms)) is not None:
                if isinstance(item, Cut):
                    return [*out, Wanted(stage.act, item.ending, item.at_ms)]
                out += _handed(self.stages[index + 1 :], [item])
        return out

    def cut(self, act: Act, how: How | None, at_ms: float) -> list[Chunk | Close]:
        """End this direction at the stage of ``act``: drop what has not passed it, and send an end on from there.

        Args:
            act: Which has a stage here.
            how: The end that goes on to the sink; none where None.
            at_ms: When.

        Returns:
            What comes out at once: the end, where the stage is the last.
        """
        index = [stage.act for stage in self.stages].index(act)
        for stage in self.stages[: index + 1]:
            stage.clear()
        self.is_cut = True
        return _handed(self.stages[index + 1 :], [Close(how, at_ms)]) if how is not None else []

    def restage(self, stages: Sequence[Stage], now_ms: float) -> list[Chunk | Close]:
        """Take these stages for those that there were.

        What waits in a stage that is not among them goes on at once. So does everything where those that stay are in
        another order than they were: nothing may overtake what came before it.

        Returns:
            What comes out at once.
        """
        stay = [stage for stage in self.stages if stage in stages]
        if stay != [stage for stage in stages if stage in self.stages]:
            stay = []
        out: list[Chunk | Close] = []
        # What stands nearer to the sink is older.
        for index, stage in reversed(list(enumerate(self.stages))):
            if stage not in stay:
                out += _handed([later for later in self.stages[index + 1 :] if later in stay], stage.flush(now_ms))
        self.stages = list(stages)
        return out


def _handed(stages: Sequence[Stage], items: Sequence[Chunk | Close]) -> list[Chunk | Close]:
    """Hand ``items`` to the first of ``stages``; where there is none they have come out, and are returned."""
    if not stages:
        return list(items)
    for item in items:
        stages[0].take(item)
    return []
