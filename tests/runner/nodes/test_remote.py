import pytest

from lab.errors import EnvironmentFailure
from lab.runner.nodes.remote import RemoteNode
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
