import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from mitmproxy import exceptions
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.layers.http import HttpRequestHeadersHook
from mitmproxy.test import tflow
from pydantic import Field

from lab.network import context
from lab.network.bare import read_limits
from lab.network.behaviour import Behaviour
from lab.scenario.limits import LIMITS, Limits, When


class Sample(Behaviour):
    """A behaviour with a parameter of each kind."""

    class Parameters(Behaviour.Parameters):
        """Its parameters."""

        answer: Literal["strip", 403] = Field("strip", description="What to do.")
        names: list[str] = Field(default_factory=list, description="Which ones.")
        ports: list[int] = Field([443], description="Which ports.")
        from_: str = Field("both", alias="from", description="Where.")

    parameters: Parameters

    def requestheaders(self, flow: HTTPFlow) -> None:
        """Tell who is asked, and with what."""
        flow.metadata["sample"] = (self.parameters, self.random.random())


PREFIX = Sample.name


@contextmanager
def loaded(*behaviours: type[Behaviour]) -> Iterator[Any]:
    """A context of mitmproxy's in which the addons of these behaviours are."""
    context.install()
    # Only after lab.network.context, which imports mitmproxy's master without the warnings of a library that it uses.
    from mitmproxy.test import taddons

    with taddons.context(*(behaviour.addon() for behaviour in behaviours)) as made:
        yield made


async def asked(context: Any) -> Any:
    """What the behaviour says on a request; None where it was not asked."""
    flow = tflow.tflow()
    for addon in tuple(context.master.addons.chain):
        await context.master.addons.invoke_addon(addon, HttpRequestHeadersHook(flow))
    return flow.metadata.get("sample")


async def configured(**given: Any) -> Any:
    """The parameters of the behaviour after mitmproxy was given these options."""
    with loaded(Sample) as context:
        context.options.update(**{f"{PREFIX}_{key}": value for key, value in given.items()})
        return (await asked(context))[0]


async def test_options_left_out_are_the_defaults() -> None:
    assert await configured() == Sample.Parameters()


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
async def test_options_are_read_as_in_a_scenario(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert await configured(**given) == Sample.Parameters.model_validate(expected)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"answer": "hang"}, r"answer: .*'strip' or 403 \(got 'hang'\)$"),
        ({"after": "5"}, 'wrong value for "after": expected a duration with its unit, .*, came the number 5$'),
        ({"when": "{transpor: xhr}"}, r'unknown key "transpor": expected .* \(did you mean "transport"\?\)$'),
    ],
)
async def test_wrong_value_is_an_options_error(given: dict[str, Any], told: str) -> None:
    with pytest.raises(exceptions.OptionsError, match=f"{PREFIX}: {told}"):
        await configured(**given)


@pytest.mark.parametrize(
    ("name", "told"),
    [("afte", f"did you mean {PREFIX}_after?"), ("size", f"{PREFIX} takes after, answer, every, for, from, ")],
)
def test_unknown_option_is_an_options_error(name: str, told: str) -> None:
    with loaded() as context:
        context.options.set(f"{PREFIX}_{name}=5s", defer=True)
        addon = Sample.addon()
        context.master.addons.register(addon)
        with pytest.raises(exceptions.OptionsError) as raised:
            addon.configure(set(context.options.keys()))
        assert str(raised.value).startswith(f"unknown option {PREFIX}_{name}: {told}")


@pytest.mark.parametrize(("direction", "fits"), [("up", True), ("down", False)])
async def test_direction_in_which_it_never_acts_is_an_options_error(direction: str, fits: bool) -> None:
    with loaded(Sample) as context:
        when = {f"{PREFIX}_when": f"direction: {direction}"}
        if fits:
            context.options.update(**when)
            assert await asked(context) is not None
        else:
            with pytest.raises(exceptions.OptionsError, match=f'"direction: down" for {PREFIX}: expected up'):
                context.options.update(**when)


def test_option_of_a_longer_name_belongs_to_another_script() -> None:
    with loaded() as context:
        context.options.add_option("scripts", list, [], "")
        context.options.scripts = [f"proxies/{PREFIX}_more.py"]
        context.options.set(f"{PREFIX}_more_size=5", defer=True)
        addon = Sample.addon()
        context.master.addons.register(addon)
        addon.configure(set(context.options.keys()))


@pytest.mark.parametrize("key", sorted(LIMITS))
def test_every_limit_is_an_option(key: str) -> None:
    with loaded(Sample) as context:
        option = context.options._options[f"{PREFIX}_{key}"]
        assert option.help.endswith(".") and "client" not in option.help


async def test_limits_hold_for_the_behaviour() -> None:
    with loaded(Sample) as context:
        context.options.update(**{f"{PREFIX}_nth": ["2", "3"], f"{PREFIX}_when": "{method: get}"})
        assert [await asked(context) is not None for _ in range(4)] == [False, True, True, False]
        context.options.update(**{f"{PREFIX}_nth": [], f"{PREFIX}_when": "{method: POST}"})
        assert await asked(context) is None
        context.options.update(**{f"{PREFIX}_when": None})
        assert await asked(context) is not None


async def test_lots_are_drawn_from_the_seed() -> None:
    lots = []
    for seed in (None, "0", "7", "7"):
        with loaded(Sample) as context:
            context.options.update(**{f"{PREFIX}_seed": seed})
            lots.append((await asked(context))[1])
    assert lots[0] == lots[1] != lots[2] == lots[3]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Limits()),
        ({"after": "5s", "for": "250ms", "every": "1s"}, Limits(after=5000.0, for_=250.0, every=1000.0)),
        ({"nth": ["2"]}, Limits(nth=[2])),
        ({"nth": ["1", "3"]}, Limits(nth=[1, 3])),
        ({"nth": ["[1, 3]"]}, Limits(nth=[1, 3])),
        ({"seed": "7"}, Limits(seed=7)),
        # A scenario's YAML: in that of mitmproxy's own loader NO would be false.
        ({"when": "{url: NO}"}, Limits(when=When(url="NO"))),
        (
            {"when": "transport: [websocket]\nheader: Upgrade"},
            Limits(when=When(transport=["websocket"], header="Upgrade")),
        ),
    ],
)
def test_limits_are_read_as_in_a_scenario(given: dict[str, Any], expected: Limits) -> None:
    assert read_limits(given) == expected


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"nth": ["1", "x"]}, 'wrong value for "nth": expected a whole number, came "x"'),
        ({"every": "1s"}, '"every" without a shorter "for": expected how long it lasts each time'),
        ({"when": "{transport: [xhr"}, "a list in brackets that does not end: expected "),
        ({"when": "{url: a, url: b}"}, '"url" stands twice: expected each key once'),
    ],
)
def test_wrong_limits_are_told_in_one_line(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_limits(given)
    assert told in str(raised.value) and "\n" not in str(raised.value)


def test_addon_is_not_called_like_one_of_mitmproxys() -> None:
    addon = Sample.addon()
    assert not hasattr(addon, "addons")
    assert addon.name != Sample.name


def test_did_becomes_a_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Sample().did(None, "held the response", bytes=3)
    assert caplog.messages == [f"{PREFIX}: held the response bytes=3"]


async def test_behaviour_with_a_required_parameter_waits_for_its_option() -> None:
    class Needy(Behaviour):
        class Parameters(Behaviour.Parameters):
            word: str = Field(description="It has no default.")

        parameters: Parameters

        def requestheaders(self, flow: HTTPFlow) -> None:
            flow.metadata["sample"] = self.parameters.word

    with loaded(Needy) as context:
        assert await asked(context) is None
        context.options.update(**{f"{PREFIX}_word": "x"})
        assert await asked(context) == "x"
