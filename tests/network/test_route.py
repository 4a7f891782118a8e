from mitmproxy.http import HTTPFlow
from mitmproxy.test import tflow, tutils

from lab.network.route import ForwardRoute, Route


def flow_for(host: str, header: str | None = None) -> HTTPFlow:
    request = tutils.treq(host=host, port=80)
    request.headers["Host"] = header or host
    made = tflow.tflow(req=request)
    made.request.data.host = host
    return made


FORWARD = ForwardRoute(hosts=frozenset({"www.lab.home.arpa"}), target=("127.0.0.1", 4000))


def test_reverse_route_takes_all() -> None:
    flow = flow_for("elsewhere.test")
    assert Route().admit(flow)
    Route().direct(flow)
    assert flow.request.host == "elsewhere.test"
    assert flow.response is None


def test_forward_route_sends_its_hosts_to_the_target() -> None:
    flow = flow_for("www.lab.home.arpa")
    assert FORWARD.admit(flow)
    FORWARD.direct(flow)
    assert (flow.request.host, flow.request.port) == ("127.0.0.1", 4000)
    assert flow.request.headers["Host"] == "www.lab.home.arpa"


def test_forward_route_goes_by_the_host_header_inside_a_tunnel() -> None:
    assert FORWARD.admit(flow_for("127.0.0.1", "www.lab.home.arpa:80"))


def test_forward_route_refuses_other_hosts() -> None:
    flow = flow_for("telemetry.example.org")
    assert not FORWARD.admit(flow)
    assert flow.response is not None
    assert flow.response.status_code == 502


def test_forward_route_leaves_the_address_to_the_next_proxy() -> None:
    flow = flow_for("www.lab.home.arpa")
    ForwardRoute(hosts=FORWARD.hosts).direct(flow)
    assert flow.request.host == "www.lab.home.arpa"
