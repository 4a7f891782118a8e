import pytest

from lab.errors import EnvironmentFailure
from lab.runner.nodes.remote import RemoteNode, is_info
from lab.server.host import LabServer


async def test_remote_is_looked_at_and_left_alone() -> None:
    server = LabServer()
    await server.start()
    try:
        one = RemoteNode(f"http://127.0.0.1:{server.port}/echo/")
        await one.start()
        await one.stop("killed")
        await one.start()
        assert one.origin == f"http://127.0.0.1:{server.port}"
        with pytest.raises(EnvironmentFailure, match=r"answers .*/other/info with 404"):
            await RemoteNode(f"http://127.0.0.1:{server.port}/other").start()
    finally:
        await server.stop()
    with pytest.raises(EnvironmentFailure, match="does not answer"):
        await one.start()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"websocket": true, "origins": ["*:*"], "cookie_needed": false, "entropy": 1}', True),
        ('{"websocket": false}', True),
        ('{"status": "ok"}', False),
        ("[1]", False),
        ("<html>welcome", False),
        ("", False),
    ],
)
def test_info_of_an_endpoint_is_known(text: str, expected: bool) -> None:
    assert is_info(text) is expected


async def test_page_that_answers_200_is_no_endpoint() -> None:
    server = LabServer(files={"/chat/info": ("text/html", b"<p>\nwelcome</p>")})
    await server.start()
    try:
        with pytest.raises(EnvironmentFailure, match='with 200 and what no SockJS endpoint says: "<p> welcome</p>"'):
            await RemoteNode(f"http://127.0.0.1:{server.port}/chat").start()
    finally:
        await server.stop()
