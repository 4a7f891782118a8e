import importlib
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from lab.scenario.steps import STEPS, Step, step_name
from lab.scenario.steps.close import Close
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.idle import Idle
from lab.scenario.steps.receive import Receive
from lab.scenario.steps.send import Send

ADAPTER: TypeAdapter[Step] = TypeAdapter(Step)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("connect", Connect()),
        ({"connect": None}, Connect()),
        ({"send": "a"}, Send(text="a")),
        ({"step": "send", "text": "a"}, Send(text="a")),
        ({"receive": {"text": "a", "within": "2s"}}, Receive(text="a", within=2000.0)),
        ({"idle": "5s"}, Idle(duration=5000.0)),
        ({"close": {"code": 3000}}, Close(code=3000)),
        (Send(text="a"), Send(text="a")),
    ],
)
def test_step_is_widened(written: Any, expected: Step) -> None:
    assert ADAPTER.validate_python(written) == expected


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("conect", "unknown step"),
        ({"sned": "a"}, "unknown step"),
        ({"step": []}, "unknown step"),
        ({"send": "a", "receive": "a"}, "several steps in one item"),
        ({}, "not a step"),
        (None, "not a step"),
        ({"close": 5}, 'wrong value for "close"'),
        ({"send": ["a"]}, 'wrong value for "send"'),
        ({"wait for": "5s"}, "a time, where an element is waited for"),
        ({"wait for": "closed"}, "a state, where an element is waited for"),
        ({"navigate": "/x"}, "not a URL:"),
        ({"connect": {"url": "{endpont}/x"}}, "unknown word in braces:"),
        ({"send": {"step": "send", "text": "a"}}, '"step" below "send"'),
    ],
)
def test_step_is_refused(written: Any, what: str) -> None:
    with pytest.raises(ValidationError) as raised:
        ADAPTER.validate_python(written)
    (error,) = raised.value.errors()
    assert (error["type"], error["ctx"]["what"]) == ("lab_wrong", what)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"fill": "#a"}, 'keys and values, such as fill: {selector: "#a", text: ...}'),
        ({"close": 4000}, "nothing, or keys and values, such as close: {code: 4000}"),
        ({"close": "second"}, "nothing, or keys and values, such as close: {connection: second}"),
        ({"close": 5}, "nothing, or keys and values (connection, code, reason, by, throws, within)"),
        ({"send": ["a"]}, "keys and values, such as send: {texts: [a]}"),
        ({"expect": "websocket"}, "keys and values, such as expect: {transport: websocket}"),
        ({"reload": True}, "nothing, or keys and values (tab)"),
    ],
)
def test_what_may_stand_below_a_step_is_told_with_what_came(written: Any, expected: str) -> None:
    with pytest.raises(ValidationError) as raised:
        ADAPTER.validate_python(written)
    assert raised.value.errors()[0]["ctx"]["expected"] == expected


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("connect", "connect"),
        ({"send": 5}, "send"),
        ({"step": "idle", "for": 5}, "idle"),
        ({"step": "sned"}, None),
        ({"sned": "a"}, None),
        ({"send": "a", "close": None}, None),
        ({"step": []}, None),
        (["send"], None),
        (None, None),
    ],
)
def test_name_of_a_step_is_read_though_the_rest_is_wrong(written: Any, name: str | None) -> None:
    assert step_name(written) == name


def test_client_may_be_given_any_url_that_it_must_throw_at() -> None:
    step = ADAPTER.validate_python({"connect": {"url": "{endpont}", "throws": "x"}})
    assert step == Connect(url="{endpont}", throws="x")


@pytest.mark.parametrize(("code", "right"), [(1000, True), (3000, True), (4999, True), (999, False), (1001, False), (2999, False), (5000, False)])  # fmt: skip  # noqa: E501
def test_close_takes_the_codes_that_the_client_takes(code: int, right: bool) -> None:
    if right:
        assert Close(code=code).code == code
    else:
        with pytest.raises(ValidationError, match="not a close code"):
            Close(code=code)


def test_close_takes_any_code_that_the_client_is_to_refuse() -> None:
    assert Close(code=2000, throws="InvalidAccessError").code == 2000
    with pytest.raises(ValidationError, match="what throws is the client"):
        Close(code=2000, throws="InvalidAccessError", by="server")


def test_main_arguments_are_keys_of_their_steps() -> None:
    mains = {name: model.main_argument for name, model in STEPS.items() if model.main_argument}
    assert mains["send"] == "text"
    for name, key in mains.items():
        assert key in {field.alias or own for own, field in STEPS[name].model_fields.items()}


def test_every_step_has_a_file_that_performs_it() -> None:
    for name in STEPS:
        module = importlib.import_module(f"lab.runner.steps.{name.replace(' ', '_')}")
        assert callable(module.run)
