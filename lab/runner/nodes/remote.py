"""A server that runs already, wherever it is."""

import json
from collections.abc import Iterable

import aiohttp

from lab.errors import EnvironmentFailure
from lab.runner.nodes import How

_REMEDY = "Give the URL that the client is given: the endpoint's, without /info."
_SHOWN = 80
"""Characters of a wrong answer that are shown."""


def is_info(text: str) -> bool:
    """Whether the text is what an endpoint says of itself: JSON with at least one of the protocol's keys."""
    try:
        info = json.loads(text)
    except ValueError:
        return False
    return isinstance(info, dict) and bool(info.keys() & {"websocket", "cookie_needed", "origins", "entropy"})


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
                status, text = answer.status, await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise EnvironmentFailure(
                f"the server does not answer {url}: {str(error) or type(error).__name__}",
                remedy="Start it, or give the URL of its SockJS endpoint.",
            ) from None
        if status != 200:
            raise EnvironmentFailure(
                f"the server answers {url} with {status}, and no SockJS endpoint does", remedy=_REMEDY
            )
        if not is_info(text):
            said = " ".join(text.split())[:_SHOWN]
            raise EnvironmentFailure(
                f'the server answers {url} with 200 and what no SockJS endpoint says: "{said}"', remedy=_REMEDY
            )

    async def stop(self, how: How = "gracefully") -> None:
        """Leave it alone."""

    async def leave(self) -> None:
        """Leave it alone."""

    def sessions(self) -> Iterable[object]:
        """None that the lab knows of."""
        return ()
