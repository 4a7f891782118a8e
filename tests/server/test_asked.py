"""What a plain head asks for."""

import pytest

from lab.server.asked import understand
from lab.server.endpoint import Endpoint
from lab.server.heads import parse_plain
from lab.server.options import ServerOptions
from lab.server.services.echo import Echo


def asked(target: str, *lines: str):
    data = "\r\n".join([f"POST {target} HTTP/1.1", "Host: x", *lines]).encode()
    head = parse_plain(data)
    assert head is not None
    endpoints = [Endpoint("/a", Echo(), ServerOptions(message_limit=10)), Endpoint("/a/b", Echo())]
    return understand(data, head, endpoints, secure=True), endpoints


@pytest.mark.parametrize(
    ("target", "which", "name"),
    [
        ("/a", 0, "greeting"),
        ("/a/", 0, "greeting"),
        ("/a/0/s/xhr?t=1", 0, "xhr"),
        # The endpoint that was named first has all that is below it.
        ("/a/b/s/xhr", 0, "xhr"),
        ("/a/b", 0, None),
        ("/ab", None, None),
        ("/", None, None),
    ],
)
async def test_target_names_an_endpoint_and_what_is_there(target: str, which: int | None, name: str | None) -> None:
    found, endpoints = asked(target)
    assert found.endpoint is (None if which is None else endpoints[which])
    assert (found.found[0].name if found.found else None) == name
    assert found.request.secure


@pytest.mark.parametrize(
    ("target", "lines"),
    [("/%61/0/s/xhr", []), ("/a/0/s/xhr_send", ["Content-Length: 11"]), ("/other", ["Content-Length: 1"])],
)
async def test_rest_is_for_aiohttp(target: str, lines: list[str]) -> None:
    assert asked(target, *lines)[0] is None


async def test_body_of_the_largest_size_is_taken() -> None:
    assert asked("/a/0/s/xhr_send", "Content-Length: 10")[0].size == 10
