"""A server that runs already, wherever it is."""

from collections.abc import Iterable

import aiohttp

from lab.errors import EnvironmentFailure
from lab.runner.nodes import How


class RemoteNode:
    """A server that is nobody's to start or to end; it is met through a doorstep."""

    def __init__(self, url: str) -> None:
        """``url`` is its endpoint's."""
        self.port = 0
        self._url = url

    @property
    def origin(self) -> str:
        """Where it is."""
        return "/".join(self._url.split("/")[:3])

    async def start(self) -> None:
        """Look whether it answers.

        Raises:
            EnvironmentFailure: It does not.
        """
        url = f"{self._url.rstrip('/')}/info"
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10.0)) as client,
                client.get(url, ssl=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise EnvironmentFailure(
                f"the server does not answer {url}: {str(error) or type(error).__name__}",
                remedy="Start it, or give the URL of its SockJS endpoint.",
            ) from None
        if status != 200:
            raise EnvironmentFailure(
                f"the server answers {url} with {status}, and no SockJS endpoint does",
                remedy="Give the URL that the client is given: the endpoint's, without /info.",
            )

    async def stop(self, how: How = "gracefully") -> None:
        """Leave it alone."""

    async def leave(self) -> None:
        """Leave it alone."""

    def sessions(self) -> Iterable[object]:
        """None that the lab knows of."""
        return ()
