import pytest

from lab.timeline.diagnosis.rules import wrong_node
from tests.timeline.tables import opened


def _sent_to(node, status=404):
    return f"""
        10 1c request flow=1 method=POST url=http://app/echo/1/abc/xhr?t=1
        11 1s request flow=1 method=POST url=http://app/echo/1/abc/xhr?t=1 node=node1
        12 server.node1 request request=1 method=POST path=/echo/1/abc/xhr?t=1 session=abc
        13 server.node1 response request=1 status=200
        20 1c request flow=2 method=POST url=http://app/echo/1/abc/xhr_send?t=2
        21 1s request flow=2 method=POST url=http://app/echo/1/abc/xhr_send?t=2 node={node}
        22 server.{node} request request=1 method=POST path=/echo/1/abc/xhr_send?t=2 session=abc
        23 server.{node} response request=1 status={status}
        24 1s response flow=2 status={status}
        25 1c response flow=2 status={status}
    """


def test_names_the_balancer_and_both_nodes(ask):
    (found,) = ask(wrong_node, opened(), _sent_to("node2"))
    assert (found.about, found.cause, found.hop) == ("open connection", "wrong_node", "hop1")
    assert found.sentence == (
        "The session lives on node1, and hop1 sent POST /echo/1/abc/xhr_send to node2, which answered 404: "
        "so the open connection closed with 1006."
    )


@pytest.mark.parametrize("tables", [(opened(), _sent_to("node1")), (opened(closed=None), _sent_to("node2"))])
def test_says_nothing_where_it_stayed_or_did_no_harm(ask, tables):
    assert ask(wrong_node, *tables) == []
