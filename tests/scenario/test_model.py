import pytest
from pydantic import BaseModel, ValidationError

from lab.scenario import expectations, network, steps
from lab.scenario.model import Client, Page, Scenario, Server
from lab.sockjs.transports import TRANSPORTS

MODELS: list[type[BaseModel]] = [
    Scenario,
    Server,
    Page,
    Client,
    network.BehaviourUse,
    network.Hop,
    *steps.STEPS.values(),
    expectations.ExpectedAttempt,
    expectations.Expectation,
    expectations.Expectations,
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_says_what_it_is(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_model_takes_unknown_keys(model: type[BaseModel]) -> None:
    assert (model.model_config.get("extra"), model.model_config.get("frozen")) == ("forbid", True)


def test_scenario_needs_only_a_title() -> None:
    scenario = Scenario(title="x")
    assert scenario.browsers == ["chromium", "firefox", "webkit"]
    assert scenario.server.heartbeat == 25_000.0
    assert [step.step for step in scenario.steps] == ["connect", "send", "receive", "close"]
    assert scenario.network == []


def test_scenario_is_made_in_python_without_units() -> None:
    scenario = Scenario(title="x", client=Client(timeout=10_000.0), server=Server(response_limit=4096))
    assert (scenario.client.timeout, scenario.server.response_limit) == (10_000.0, 4096)


@pytest.mark.parametrize("version", ["1.6", "1.6.1-beta", "latest", "1.6.1\n", "١.٦.١", "../1.6.1"])
def test_client_takes_only_a_release(version: str) -> None:
    with pytest.raises(ValidationError, match="a release of sockjs-client"):
        Client(version=version)


def test_client_takes_every_transport_and_keeps_one_alone_as_it_is_written() -> None:
    assert Client(transports=list(TRANSPORTS)).transports == list(TRANSPORTS)
    assert [Client(transports=name).transports for name in TRANSPORTS] == list(TRANSPORTS)


def test_scenario_takes_each_engine_once() -> None:
    with pytest.raises(ValidationError, match="stands twice"):
        Scenario(title="x", browsers=["webkit", "webkit"])
