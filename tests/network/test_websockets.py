import pytest
from mitmproxy.test import tflow
from pydantic import TypeAdapter, ValidationError

from lab.network import websockets


@pytest.mark.parametrize(
    ("code", "may"),
    [
        (999, False),
        (1000, True),
        (1004, False),
        (1006, False),
        (1014, True),
        (1015, False),
        (1016, False),
        (2999, False),
        (3000, True),
        (4999, True),
        (5000, False),
    ],
)
def test_code_is_one_that_a_closing_frame_may_say(code: int, may: bool) -> None:
    try:
        assert TypeAdapter(websockets.Code).validate_python(code) == code
        assert may
    except ValidationError as error:
        assert not may
        assert "expected a code that a closing frame may say" in str(error)


def test_delays_add_up() -> None:
    flow = tflow.twebsocketflow()
    assert not websockets.delayed(flow)
    websockets.delay(flow, 0.5)
    websockets.delay(flow, 0.25)
    assert websockets.delayed(flow)
    assert [seconds for seconds, _ in flow.metadata[websockets.DELAY]] == [0.5, 0.25]


def test_treatment_is_one_for_all() -> None:
    flow = tflow.twebsocketflow()
    websockets.treatment(flow).set_rsv1.add(True)
    assert websockets.treatment(flow).set_rsv1 == {True}
    assert not websockets.treatment(tflow.twebsocketflow()).set_rsv1
