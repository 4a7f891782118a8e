import pytest

from lab.errors import UsageError
from lab.network.behaviour import Catalogue
from lab.runner.one_hop import read_hop


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.mark.parametrize(
    ("behaviours", "profile", "settings", "leads", "kind", "proxy"),
    [
        ([], None, {}, False, "proxy", "forward"),
        (["no_upgrade"], None, {}, True, "proxy", "reverse"),
        (["no_upgrade: {answer: hang, nth: 2}"], None, {"proxy": "socks"}, False, "proxy", "socks"),
        (["latency"], None, {}, True, "link", "reverse"),
        (["latency: {delay: 5ms}", "loss"], None, {}, True, "link", "reverse"),
        ([], "squid", {}, False, "proxy", "forward"),
        ([], "squid", {"tls": "intercept"}, False, "proxy", "forward"),
        (["buffering"], "squid", {"proxy": "reverse"}, True, "proxy", "reverse"),
    ],
)
def test_command_line_describes_a_hop(
    catalogue: Catalogue,
    behaviours: list[str],
    profile: str,
    settings: dict[str, str],
    leads: bool,
    kind: str,
    proxy: str,
) -> None:
    hop = read_hop(behaviours, profile, settings, catalogue, leads=leads)
    assert (hop.kind, hop.proxy) == (kind, proxy)
    assert [use.name for use in hop.uses][: len(behaviours)] == [text.partition(":")[0] for text in behaviours]


@pytest.mark.parametrize(
    ("behaviours", "profile", "settings", "message", "remedy"),
    [
        (["no_upgrad"], None, {}, 'unknown behaviour "no_upgrad"', "Did you mean no_upgrade?"),
        (["no_upgrade: {anser: x}"], None, {}, 'unknown key "anser"', "Did you mean answer?"),
        (
            ["block", "no_upgrade: {after: 5}"],
            None,
            {},
            'no_upgrade: wrong value for "after": expected a duration with its unit, such as 250ms, 5s or 2m; '
            "came the number 5",
            "lab behaviours",
        ),
        (
            ["no_upgrade: {answer: hangg}"],
            None,
            {},
            'no_upgrade: wrong value for "answer": expected',
            "Did you mean hang?",
        ),
        (["no_upgrade: {answer: hangg}"], None, {}, 'came "hangg"', "Did you mean hang?"),
        ([""], None, {}, "not a behaviour: expected one behaviour", "lab behaviours"),
        (["nginx"], None, {}, "nginx is a profile, and no behaviour", "Write --profile nginx"),
        ([], "no_upgrade", {}, "no_upgrade is a behaviour, and no profile", "Write -b no_upgrade"),
        (["no_upgrade: ["], None, {}, "not a behaviour: no_upgrade", "in quotes"),
        ([], "squit", {}, 'unknown profile "squit"', "Did you mean squid?"),
        (["latency", "no_upgrade"], None, {}, "latency is a behaviour of a link, and no_upgrade", "second lab proxy"),
        (["latency"], "nginx", {}, "latency is a behaviour of a link, and nginx", "second lab proxy"),
        (["latency"], None, {"proxy": "forward"}, "latency is a behaviour of a link", "Leave --mode out"),
        (["latency"], None, {"tls": "intercept"}, "which has no --tls", "--to 127.0.0.1:8081"),
    ],
)
def test_wrong_command_line_is_told(
    catalogue: Catalogue, behaviours: list[str], profile: str, settings: dict[str, str], message: str, remedy: str
) -> None:
    with pytest.raises(UsageError) as raised:
        read_hop(behaviours, profile, settings, catalogue, leads=False)
    assert message in str(raised.value)
    assert remedy in raised.value.remedy
