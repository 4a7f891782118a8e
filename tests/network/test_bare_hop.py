import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from mitmproxy.http import HTTPFlow, Response
from mitmproxy.proxy.layers.http import HttpRequestHeadersHook, HttpRequestHook, HttpResponseHeadersHook
from mitmproxy.test import tflow, tutils

from lab.network.behaviour import Behaviour
from lab.network.witness import PATIENCE_S
from tests.network.test_bare import loaded

Made = Callable[..., type[Behaviour]]


@pytest.fixture
def seen() -> list[str]:
    """Which behaviours were called."""
    return []


@pytest.fixture
def made(seen: list[str]) -> Made:
    """A behaviour called ``name`` with these hooks, each of which says so and then does what it is told."""

    def make(name: str, **hooks: Callable[[HTTPFlow], None]) -> type[Behaviour]:
        def method(key: str, act: Callable[[HTTPFlow], None]) -> Any:
            def hook(self: Behaviour, flow: HTTPFlow) -> None:
                seen.append(f"{name}.{key}")
                act(flow)

            return hook

        behaviour = type(name, (Behaviour,), {key: method(key, act) for key, act in hooks.items()})
        behaviour.name = name
        return behaviour

    return make


def nothing(flow: HTTPFlow) -> None: ...


def answer(flow: HTTPFlow) -> None:
    flow.response = Response.make(403)


async def trigger(context: Any, *hooks: type[Any], flow: HTTPFlow | None = None) -> HTTPFlow:
    """Call the hooks of all addons as mitmproxy does, on one flow."""
    flow = flow or tflow.tflow()
    for hook in hooks:
        await context.master.addons.trigger_event(hook(flow))
    return flow


async def test_behaviours_are_called_in_order_each_once(made: Made, seen: list[str]) -> None:
    with loaded(made("one", requestheaders=nothing), made("two", request=nothing, requestheaders=nothing)) as context:
        await trigger(context, HttpRequestHeadersHook, HttpRequestHook)
    assert seen == ["one.requestheaders", "two.requestheaders", "two.request"]


async def test_what_one_has_answered_the_next_does_not_see(made: Made, seen: list[str]) -> None:
    with loaded(made("one", requestheaders=answer), made("two", requestheaders=nothing)) as context:
        await trigger(context, HttpRequestHeadersHook)
    assert seen == ["one.requestheaders"]


async def test_limits_of_one_are_not_those_of_another(made: Made, seen: list[str]) -> None:
    with loaded(made("one", requestheaders=nothing), made("two", requestheaders=nothing)) as context:
        context.options.update(one_nth=["2"], two_after="1h")
        for _ in range(2):
            await trigger(context, HttpRequestHeadersHook)
        assert seen == ["one.requestheaders"]
        context.options.update(two_after=None)
        await trigger(context, HttpRequestHeadersHook)
        assert seen == ["one.requestheaders", "two.requestheaders"]


async def test_window_is_counted_from_when_the_option_was_set(made: Made, seen: list[str]) -> None:
    with loaded(made("one", requestheaders=nothing)) as context:
        context.options.update(one_for="300ms")
        await trigger(context, HttpRequestHeadersHook)
        assert seen == ["one.requestheaders"]
        await asyncio.sleep(0.31)
        await trigger(context, HttpRequestHeadersHook)
        assert seen == ["one.requestheaders"]
        context.options.update(one_for="1h")
        await trigger(context, HttpRequestHeadersHook)
        assert len(seen) == 2


async def test_term_of_a_behaviour_ends_with_its_window() -> None:
    class Windowed(Behaviour):
        def requestheaders(self, flow: HTTPFlow) -> None:
            flow.metadata["term"] = self.term

    with loaded(Windowed) as context:
        context.options.update(**{f"{Windowed.name}_for": "300ms"})
        term = (await trigger(context, HttpRequestHeadersHook)).metadata["term"]
        assert term.acting
        # What it holds is let go then, whether or not anything else comes.
        await asyncio.wait_for(term.over(), PATIENCE_S)


async def test_others_go_on_where_the_first_is_taken_out(made: Made, seen: list[str]) -> None:
    with loaded(made("one", requestheaders=nothing), made("two", requestheaders=nothing)) as context:
        context.master.addons.remove(context.master.addons.chain[-2])
        await trigger(context, HttpRequestHeadersHook)
    assert seen == ["two.requestheaders"]


async def test_exception_ends_only_its_own_turn_and_is_told(
    made: Made, seen: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(flow: HTTPFlow) -> None:
        raise ValueError("no such thing")

    with loaded(made("one", requestheaders=fail), made("two", requestheaders=nothing)) as context:
        await trigger(context, HttpRequestHeadersHook)
    assert seen == ["one.requestheaders", "two.requestheaders"]
    assert caplog.messages == ["one failed in requestheaders: ValueError: no such thing"]
    assert caplog.records[0].exc_info is not None


@pytest.mark.parametrize(
    ("wants", "limits", "streams"), [(False, {}, True), (True, {}, False), (True, {"nth": ["2"]}, True)]
)
async def test_request_streams_unless_somebody_who_sees_it_wants_it_whole(
    made: Made, wants: bool, limits: dict[str, Any], streams: bool
) -> None:
    with loaded(made("one", **({"request": nothing} if wants else {"requestheaders": nothing}))) as context:
        context.options.update(**{f"one_{key}": value for key, value in limits.items()})
        flow = await trigger(context, HttpRequestHeadersHook)
    assert flow.request.stream is streams


async def test_request_that_was_answered_is_not_streamed(made: Made) -> None:
    with loaded(made("one", requestheaders=answer)) as context:
        assert (await trigger(context, HttpRequestHeadersHook)).request.stream is False


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("holds", [True, False])
async def test_response_streams_unless_a_behaviour_holds_it(made: Made, holds: bool, first: bool) -> None:
    def hold(flow: HTTPFlow) -> None:
        assert flow.response is not None and flow.response.stream is True
        flow.response.stream = not holds

    behaviours = [made("one", responseheaders=hold), made("two", requestheaders=nothing)]
    with loaded(*(behaviours if first else reversed(behaviours))) as context:
        flow = tflow.tflow()
        await trigger(context, HttpRequestHeadersHook, flow=flow)
        flow.response = tutils.tresp()
        await trigger(context, HttpResponseHeadersHook, flow=flow)
    assert flow.response.stream is not holds


async def test_each_master_has_its_own(made: Made, seen: list[str]) -> None:
    behaviour = made("one", requestheaders=nothing)
    with loaded(behaviour):
        pass
    with loaded(behaviour) as context:
        await trigger(context, HttpRequestHeadersHook)
    assert seen == ["one.requestheaders"]
