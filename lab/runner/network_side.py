"""What steps do to the network and the server of a case while it runs."""

import asyncio
from collections.abc import Sequence

from lab.errors import LabError
from lab.events import EventLog
from lab.network.behaviour import Catalogue
from lab.network.topology import Network
from lab.runner.nodes import Action, How, Nodes
from lab.runner.setup import hop_name, made
from lab.runner.stage import Changes
from lab.scenario.model import Hop
from lab.scenario.parts import ALL, hop_index
from lab.scenario.steps.network import ChangeNetwork


class NetworkSide(Changes):
    """The network and the server nodes of one case, for its steps."""

    def __init__(
        self, network: Network, nodes: Nodes, hops: Sequence[Hop], catalogue: Catalogue, log: EventLog
    ) -> None:
        self._network = network
        self._nodes = nodes
        self._hops = hops
        self._catalogue = catalogue
        self._emit = log.bind("lab")
        self._changes = 0

    @property
    def server_failed(self) -> asyncio.Future[LabError] | None:
        """Done as soon as a node has ended that no step has stopped."""
        return self._nodes.failed

    def begin(self) -> None:
        """The client is about to be created: from now on ``after``, ``for`` and ``every`` are counted."""
        self._network.clock.begin()

    async def change(self, step: ChangeNetwork) -> None:
        """Change what a hop does.

        Raises:
            UsageError: A behaviour does not take its parameters.
        """
        index = hop_index(step.hop, self._hops)
        assert index is not None, "the scenario was checked"
        self._changes += 1
        # A place of its own for each change, so that no two uses draw the same lots.
        place = f"hop{index + 1}/change{self._changes}"
        add = made(step.add, self._catalogue, place=f"{place}/add")
        replace = made(step.replace, self._catalogue, place=f"{place}/replace")
        there = [one.name for one in self._network.hops[index].behaviours]
        remove = there if ALL in step.remove else step.remove
        await self._network.change(f"hop{index + 1}", add=add, remove=set(remove), replace=replace, close=step.close)
        did = [
            *(f"added {use.name}" for use in step.add),
            *(f"removed {name}" for name in dict.fromkeys(remove)),
            *(f"replaced {use.name}" for use in step.replace),
            *(["closed its connections"] if step.close else []),
        ]
        name = hop_name(self._hops[index], index + 1)
        self._emit("network", hop=name, did=", ".join(did) or "changed nothing")

    async def serve(self, action: Action, node: str | None, how: How = "gracefully", *, away_s: float = 0.0) -> None:
        """Stop, start or restart a server node; a restart keeps it away for ``away_s``.

        Raises:
            LabError: It does not come back.
        """
        name = node or self._nodes.names[0]
        if action == "restart" and away_s:
            await self._serve("stop", name, how)
            await asyncio.sleep(away_s)
            action = "start"
        await self._serve(action, name, how)

    async def _serve(self, action: Action, name: str, how: How) -> None:
        did = await self._nodes.act(action, name, how)
        killed = " (killed)" if how == "killed" and action != "start" else ""
        self._emit("network", hop=name, did=did + killed)
