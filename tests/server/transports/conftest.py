"""What is said of a transport holds on the lab's own connections and in an application of aiohttp's."""

import pytest


@pytest.fixture(params=["lab", "aiohttp"])
def skin(request: pytest.FixtureRequest) -> str:
    """Who speaks HTTP."""
    return request.param
