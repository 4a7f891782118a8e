import pytest

from lab.timeline.requests import joined_of, joined_with_page, target_of

TWO_HOPS = """
    10 1c request flow=1 method=POST url=http://app/echo/1/abc/xhr?t={a}
    11 1s request flow=1 method=POST url=http://app/echo/1/abc/xhr?t={a}
    12 2c request flow=7 method=POST url=http://app/echo/1/abc/xhr?t={a}
    13 2s request flow=7 method=POST url=http://app/echo/1/abc/xhr?t={a}
    14 s request request=3 method=POST path=/echo/1/abc/xhr?t={a}
"""


def test_joined_of_puts_one_request_together_over_all_vantages(see):
    (one,) = joined_of(see(TWO_HOPS.format(a=1)))
    assert list(one.sights) == ["hop1.client", "hop1.server", "hop2.client", "hop2.server", "server"]
    assert (one.path, target_of(one.last)) == ("/echo/1/abc/xhr", "/echo/1/abc/xhr?t=1")


def test_joined_of_goes_by_order_where_the_urls_are_the_same(see):
    first = TWO_HOPS.replace("?t={a}", "")
    second = "\n".join(
        f"{int(line.split()[0]) + 20} {line.split(maxsplit=1)[1]}".replace("flow=1", "flow=2").replace(
            "flow=7", "flow=8"
        )
        for line in first.replace("request=3", "request=4").strip().splitlines()
    )
    one, two = joined_of(see(first, second))
    assert ({sight.t_ms for sight in one.sights.values()}, two.first.t_ms) == ({10, 11, 12, 13, 14}, 30)
    assert len(two.sights) == 5


def test_joined_of_goes_by_the_query_where_both_have_one(see):
    crossed = TWO_HOPS.format(a=1), TWO_HOPS.format(a=2).replace("flow=1", "flow=2").replace("flow=7", "flow=8")
    one, two = joined_of(see(crossed[0], crossed[1].replace("request=3", "request=4")))
    assert {target_of(sight)[-1] for sight in one.sights.values()} == {"1"}
    assert {target_of(sight)[-1] for sight in two.sights.values()} == {"2"}


def test_joined_of_follows_a_request_through_a_hop_that_changes_its_url(see):
    (one,) = joined_of(
        see(
            "10 1c request flow=1 method=GET url=http://app/echo/info",
            "11 1s request flow=1 method=GET url=http://app/info",
            "12 s request request=1 method=GET path=/info",
        )
    )
    assert len(one.sights) == 3


def test_joined_of_joins_nothing_to_what_a_hop_did_not_pass_on(see):
    found = joined_of(
        see(
            "10 1c request flow=1 method=GET url=http://app/echo/info",
            "12 s request request=1 method=GET path=/echo/info",
        )
    )
    assert [list(one.sights) for one in found] == [["hop1.client"], ["server"]]


def test_joined_of_never_joins_an_effect_to_a_later_cause(see):
    found = joined_of(
        see(
            "5 s request request=1 method=GET path=/echo/info",
            "10 1c request flow=1 method=GET url=http://app/echo/info",
            "11 1s request flow=1 method=GET url=http://app/echo/info",
        )
    )
    assert len(found) == 2


PAGE = "{at} b request connection=main request={n} method=POST url=http://app:80/echo/1/abc/xhr?t={t}"


@pytest.mark.parametrize(
    ("page", "sides"),
    [
        ([PAGE.format(at=9, n=1, t=1)], [["browser", "hop1.client"]]),
        # The page's clock may be a little late, and no more.
        ([PAGE.format(at=39, n=1, t=1)], [["browser", "hop1.client"]]),
        ([PAGE.format(at=41, n=1, t=1)], [["hop1.client"], ["browser"]]),
        ([PAGE.format(at=9, n=1, t=2)], [["browser"], ["hop1.client"]]),
        ([PAGE.format(at=1, n=1, t=1), PAGE.format(at=9, n=2, t=2)], [["browser", "hop1.client"], ["browser"]]),
        ([], [["hop1.client"]]),
    ],
)
def test_joined_with_page_begins_with_what_the_page_saw(see, page, sides):
    events = see(*page, "10 1c request flow=1 method=POST url=http://app/echo/1/abc/xhr?t=1")
    found = joined_with_page(events)
    assert [list(one.sights) for one in found] == sides
    assert [list(one.sights) for one in joined_of(events)] == [["hop1.client"]]
    assert all("browser" not in one.read() for one in found)
