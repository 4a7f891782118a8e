"""One direction of a relayed connection: from which side to which, through what, and how its end is handed on."""

from collections.abc import Callable

from lab.network.filter import Direction
from lab.network.link.act import How
from lab.network.link.chain import Chain
from lab.network.link.recorder import Tally
from lab.network.link.side import Side

PATIENCE_S = 1.0
"""How long RST waits for a sink that does not read what was sent before."""


class Lane:
    """From ``source`` to ``sink``."""

    seen: Tally
    """What came from the source; there once the source is connected."""
    sent: Tally
    """What was sent to the sink; there once the sink is connected."""

    def __init__(self, direction: Direction, source: Side, sink: Side, linger: Callable[[Side], None]) -> None:
        """Prepare a lane; ``linger`` closes a side that a behaviour has ended, after a while."""
        self.direction: Direction = direction
        self.source = source
        self.sink = sink
        self.chain = Chain()
        self.over = False
        """Whether its end has been handed to the sink."""
        self.broken = False
        """Whether its source has been reset: whatever end is still on its way becomes a reset."""
        self._linger = linger

    @property
    def reads(self) -> bool:
        """Whether the source should be read: yes where what comes is dropped, not while too much of it waits."""
        if self.chain.is_cut or self.sink.lost:
            return True
        return not self.sink.blocked and not self.chain.full

    def send(self, data: bytes | memoryview) -> None:
        """Hand bytes to the sink; they are dropped where it is gone."""
        if not self.sink.lost and not self.over:
            self.sent.add(data)
            self.sink.write(data)

    def end(self, how: How) -> None:
        """Hand the end to the sink: FIN as FIN, RST as RST."""
        if self.broken:
            how = "rst"
        if self.sink.lost or (self.over and how == "fin"):
            return
        self.over = True
        self.sent.end(how)
        if how == "rst":
            self.sink.reset(patience_s=PATIENCE_S)
            return
        self.sink.fin()
        if self.chain.is_cut:
            self._linger(self.sink)

    def break_off(self) -> None:
        """The source was reset after it had ended: the sink must learn of it too, once all before has reached it."""
        self.broken = True
        if self.over:
            self.end("rst")
