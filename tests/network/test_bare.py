import contextvars
import logging
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from mitmproxy import ctx, exceptions
from mitmproxy.http import HTTPFlow
from mitmproxy.test import tflow, tutils
from pydantic import Field

from lab.network import context
from lab.network.bare import BareAddon
from lab.network.behaviour import Behaviour


class Sample(Behaviour):
    """A behaviour with a parameter of each kind."""

    class Parameters(Behaviour.Parameters):
        """Its parameters."""

        answer: Literal["strip", 403] = Field("strip", description="What to do.")
        names: list[str] = Field(default_factory=list, description="Which ones.")
        ports: list[int] = Field([443], description="Which ports.")
        from_: str = Field("both", alias="from", description="Where.")

    parameters: Parameters

    def request(self, flow: object) -> object:
        """Tell who is asked, and with what."""
        return self.parameters


PREFIX = Sample.name


def configured(**given: Any) -> Any:
    """The parameters of the behaviour after mitmproxy was given these options."""
    addon = BareAddon(Sample)
    declared: dict[str, Any] = {}

    def add_option(name: str, typespec: object, default: object, help: str) -> None:
        assert help
        declared[name] = default

    addon.load(SimpleNamespace(add_option=add_option))  # type: ignore[arg-type] # only what load uses
    for key, value in given.items():
        assert f"{PREFIX}_{key}" in declared
        declared[f"{PREFIX}_{key}"] = value

    def inside() -> None:
        module: Any = ctx
        module.options = SimpleNamespace(**declared)
        addon.configure(set(declared))

    context.install()
    contextvars.copy_context().run(inside)
    return addon.request(None)


def test_options_left_out_are_the_defaults() -> None:
    assert configured() == Sample.Parameters()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"answer": "strip"}, {"answer": "strip"}),
        ({"answer": "403"}, {"answer": 403}),
        ({"names": ["a", "b"]}, {"names": ["a", "b"]}),
        # YAML would read this as a boolean; it is a name, and taken as it stands.
        ({"names": ["on"]}, {"names": ["on"]}),
        ({"ports": ["80", "563"]}, {"ports": [80, 563]}),
        ({"from": "request"}, {"from": "request"}),
    ],
)
def test_options_are_read_as_in_a_scenario(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert configured(**given) == Sample.Parameters.model_validate(expected)


def test_wrong_value_is_an_options_error() -> None:
    with pytest.raises(exceptions.OptionsError, match=r"answer: .*'strip' or 403 \(got 'hang'\)"):
        configured(answer="hang")


def test_only_own_hooks_are_there() -> None:
    addon = BareAddon(Sample)
    assert hasattr(addon, "request")
    assert not hasattr(addon, "response")
    assert not hasattr(addon, "addons")
    assert addon.name != Sample.name


def test_did_becomes_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Sample().did(None, "held the response", bytes=3)
    assert caplog.messages == [f"{PREFIX}: held the response bytes=3"]


def test_behaviour_with_a_required_parameter_waits_for_its_option() -> None:
    class Needy(Behaviour):
        class Parameters(Behaviour.Parameters):
            word: str = Field(description="It has no default.")

        def requestheaders(self, flow: object) -> None: ...

    addon = Needy.addon()
    assert not hasattr(addon, "requestheaders")


def test_response_streams_as_in_the_lab_unless_a_behaviour_holds_it() -> None:
    class Holding(Behaviour):
        def responseheaders(self, flow: HTTPFlow) -> None:
            assert flow.response is not None
            assert flow.response.stream is True
            flow.response.stream = False

    for addons, streams in (([Sample], True), ([Sample, Holding], False), ([Holding, Sample], False)):
        flow = tflow.tflow(resp=tutils.tresp())
        for addon in addons:
            addon.addon().responseheaders(flow)
        assert flow.response is not None
        assert flow.response.stream is streams
