import pytest
from mitmproxy.http import Headers

from lab.network.hop_by_hop import strip_upgrade


@pytest.mark.parametrize(
    ("connection", "left"),
    [
        ("Upgrade", {"x-hop": "1"}),
        ("keep-alive, Upgrade", {"x-hop": "1", "connection": "keep-alive"}),
        ("upgrade, x-hop", {}),
        ("close , X-Hop,upgrade", {"connection": "close"}),
        (None, {"x-hop": "1"}),
    ],
)
def test_upgrade_is_removed_with_what_connection_names(connection: str | None, left: dict[str, str]) -> None:
    headers = Headers(upgrade="websocket", x_hop="1")
    if connection is not None:
        headers["Connection"] = connection
    strip_upgrade(headers)
    assert {name.lower(): value for name, value in headers.items()} == left
