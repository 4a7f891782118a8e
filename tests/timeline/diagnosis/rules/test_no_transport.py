import pytest

from lab.timeline.diagnosis.rules import no_transport

NEVER = """
    0 b client.new url=http://app/echo options='{"transports": ["htmlfile"]}'
    1 b info.start
    9 b info.end ok=true info='{"websocket": true}'
    10 b client.close code=2000 reason='All transports failed' was_clean=false
"""


def test_says_that_none_that_it_may_use_works_here(ask):
    (found,) = ask(no_transport, NEVER)
    assert (found.about, found.cause, found.hop) == ("connection", "no_transport", None)
    assert "tried no transport of htmlfile" in found.sentence


@pytest.mark.parametrize(
    "table",
    [
        NEVER.replace("ok=true", "ok=false"),
        NEVER.replace("was_clean=false", "was_clean=true"),
        NEVER + "\n9.5 b attempt.start transport=htmlfile\n9.6 b attempt.close transport=htmlfile",
        "\n".join(NEVER.splitlines()[:-1]),
    ],
)
def test_says_nothing_where_it_tried_or_was_not_at_its_end(ask, table):
    assert ask(no_transport, table) == []
