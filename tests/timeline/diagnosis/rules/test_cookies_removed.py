from lab.timeline.diagnosis.rules import cookies_removed


def _exchange(flow, sent, passed, set_before="", set_after=""):
    return f"""
        {flow}2 1c request  flow={flow} url=http://app/echo/000/abcd/xhr headers="{sent}"
        {flow}3 1s request  flow={flow} url=/echo/000/abcd/xhr headers="{passed}"
        {flow}4 1s response flow={flow} status=200 headers="{set_before}"
        {flow}5 1c response flow={flow} status=200 headers="{set_after}"
    """


BOTH = "Cookie: JSESSIONID=dummy; lang=en"


def test_names_the_hop_the_cookies_and_how_often(ask):
    (found,) = ask(
        cookies_removed,
        _exchange(1, "", "", "Set-Cookie: JSESSIONID=dummy; Path=/", ""),
        _exchange(2, BOTH, "Cookie: lang=en"),
        _exchange(3, BOTH, ""),
    )
    assert (found.about, found.cause, found.hop) == ("connection", "cookies_removed", "hop1")
    assert found.sentence == (
        "hop1 removed the cookies JSESSIONID and lang from 2 requests and the cookie JSESSIONID from 1 answer."
    )
    assert len(found.proof) == 2


def test_tells_hops_apart(ask):
    second = _exchange(2, BOTH, "").replace("1c", "2c").replace("1s", "2s")
    found = ask(cookies_removed, _exchange(1, BOTH, BOTH), second)
    assert [one.hop for one in found] == ["hop2"]


def test_says_nothing_where_cookies_came_through(ask):
    cookie = "Set-Cookie: JSESSIONID=dummy"
    assert ask(cookies_removed, _exchange(1, BOTH, BOTH, cookie, cookie)) == []
    # a cookie more than before is none the less
    assert ask(cookies_removed, _exchange(1, "Cookie: lang=en", BOTH, "", cookie)) == []


def test_says_nothing_of_an_answer_that_did_not_come(ask):
    lines = _exchange(1, "", "", "Set-Cookie: JSESSIONID=dummy").splitlines()[:4]
    assert ask(cookies_removed, *lines) == []
