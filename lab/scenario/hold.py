"""Whether expectations can hold at all, as the client and the steps of the scenario are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.scenario.base import Found
from lab.scenario.client import Client
from lab.scenario.expectations import Expectation, Expectations, ExpectedAttempt
from lab.scenario.names import connections_of
from lab.scenario.step import MAIN, StepModel
from lab.scenario.steps.connect import Connect
from lab.scenario.steps.evaluate import Evaluate
from lab.scenario.steps.expect import Expect
from lab.scenario.wrong import wrong
from lab.sockjs.transports import TRANSPORTS

_Loc = tuple[int | str, ...]

RAW = "raw-websocket"
"""What the transport of a connection without the client is called."""
_OF_THE_CASE = {"session_cookie", "diagnosis"}
"""Expectations that are not about one connection."""
_NOTHING: tuple[object, ...] = ("none", [], 0)
"""What may be expected of a connection that is never made."""


@dataclass(frozen=True)
class _Made:
    """Who makes the connections of the case."""

    connects: Mapping[str, Connect]
    scripted: bool
    """Whether a page or a script of the user's own may make some, too."""
    transports: Collection[str]
    """What the client may use; empty where nobody knows."""


@dataclass(frozen=True)
class _Told:
    """What is expected of one connection in one engine, and where each key of it stands."""

    expected: Expectation
    places: Mapping[str, _Loc]

    def given(self, key: str) -> Any:
        """The value of a key that is set; None where it is not."""
        return getattr(self.expected, key) if key in self.places else None


def expectations_wrong(
    expect: Expectations,
    client: Client | None,
    steps: Sequence[StepModel | None],
    browsers: Sequence[str],
    *,
    own_page: bool,
) -> Iterator[Found]:
    """What of ``expect`` can hold in no case of these, each mistake with its place in it.

    Args:
        expect: What is held against the others.
        client: The client; None where it is not known.
        steps: The steps.
        browsers: The engines; none where they are not known.
        own_page: Whether the page is the user's own.
    """
    made = _made(client, steps, own_page=own_page)
    seen = set[tuple[_Loc, str]]()
    for engine in browsers:
        own = getattr(expect, engine)
        places = dict.fromkeys(expect.model_fields_set & Expectation.model_fields.keys(), ())
        places |= dict.fromkeys(own.model_fields_set, (engine,)) if own is not None else {}
        for loc, error in _wrong(_Told(expect.for_engine(engine), _places(places)), MAIN, made):
            if (loc, error.message()) not in seen:
                seen.add((loc, error.message()))
                yield loc, error
    for name, further in expect.connections.items():
        place: _Loc = ("connections", name)
        if not made.scripted and name not in made.connects:
            yield (*place, "[key]"), wrong("unknown connection", options=sorted(made.connects), word=name)
            continue
        yield from _wrong(_Told(further, _places(dict.fromkeys(further.model_fields_set, place))), name, made)


def expect_steps_wrong(
    steps: Sequence[StepModel | None], client: Client | None, *, own_page: bool
) -> Iterator[Found]:
    """As `expectations_wrong`, of the steps that expect something; None stands for a step that is wrong."""
    made = _made(client, steps, own_page=own_page)
    for index, step in enumerate(steps):
        if isinstance(step, Expect) and (step.connection in made.connects or made.scripted):
            keys = step.model_fields_set & Expectation.model_fields.keys()
            yield from _wrong(_Told(step, _places(dict.fromkeys(keys, (index, step.step)))), step.connection, made)


def _made(client: Client | None, steps: Sequence[StepModel | None], *, own_page: bool) -> _Made:
    scripted = own_page or any(isinstance(step, Evaluate) for step in steps)
    # A page, and a client that is no release, may take options of their own.
    known = client is not None and not own_page and client.path is None and client.url is None
    transports = client.allowed if client is not None else ()
    return _Made(connections_of(steps), scripted, (transports or TRANSPORTS) if known else ())


def _places(prefixes: Mapping[str, _Loc]) -> dict[str, _Loc]:
    return {key: (*prefix, key) for key, prefix in prefixes.items()}


def _wrong(told: _Told, name: str, made: _Made) -> Iterator[Found]:
    """What cannot hold of one connection."""
    connect = made.connects.get(name)
    if connect is None and not made.scripted:
        yield from _of_nobody(told, name, made)
    elif connect is not None and made.transports:
        yield from _left_out(told, [RAW] if connect.raw else list(made.transports), raw=connect.raw)
    if not made.scripted:
        yield from _contradictions(told)


def _of_nobody(told: _Told, name: str, made: _Made) -> Iterator[Found]:
    """What is expected of a connection that no step makes."""
    for key in told.places.keys() - _OF_THE_CASE:
        value = told.given(key)
        if value is not None and value not in _NOTHING:
            what = f'"{key}" of the connection "{name}", which no step makes'
            others = [f"connections: {{{other}: {{{key}: ...}}}}" for other in made.connects]
            yield told.places[key], wrong(what, others[0] if others else f"a step that makes it: connect: {name}")


def _left_out(told: _Told, possible: Sequence[str], *, raw: bool) -> Iterator[Found]:
    """Transports that the client cannot come to."""
    what = "a raw connection does not come to" if raw else "not among client.transports:"
    transport = told.given("transport")
    if transport is not None and transport not in (*possible, "none"):
        if transport == RAW:
            yield told.places["transport"], wrong('"raw-websocket" of the client', '"raw: true" in the connect step')
        else:
            yield told.places["transport"], wrong(what, options=[*possible, "none"], word=transport)
    for loc, attempt in _attempts(told):
        if not raw and attempt.transport not in possible:
            yield (*loc, "transport"), wrong(what, options=possible, word=attempt.transport)


def _contradictions(told: _Told) -> Iterator[Found]:
    """Expectations of one connection of which not all can hold."""
    transport = told.given("transport")
    for key in ("attempts", "only_attempts"):
        opened = ""
        for loc, attempt in _attempts(told, key):
            if opened:
                yield loc, wrong(f'an attempt after "{opened}: opened"', "what opens last: the client tries no more")
                break
            opened = attempt.transport if attempt.outcome == "opened" else ""
        if opened and transport is not None and transport not in (opened, RAW):
            yield told.places["transport"], wrong(f'a transport that "{key}" does not open:', opened, word=transport)
    only = told.given("only_attempts")
    ends = only is not None and all(attempt.outcome != "opened" for attempt in only)
    if ends and transport not in (None, "none", RAW):
        what = f'no attempt opens, but "transport" is {transport}'
        yield told.places["only_attempts"], wrong(what, f"{transport}: opened as the last one")
    for key in ("opened_within", "delivery") if transport == "none" else ():
        if told.given(key) is not None:
            what = f'"{key}" where "transport" is none'
            yield told.places[key], wrong(what, f'a transport, or "{key}: null" beside "transport: none"')
    if told.given("state") == "open" and told.given("close_code") is not None:
        yield told.places["close_code"], wrong('"close_code" beside "state: open"', "one of them")


def _attempts(told: _Told, *keys: str) -> Iterator[tuple[_Loc, ExpectedAttempt]]:
    for key in keys or ("attempts", "only_attempts"):
        for index, attempt in enumerate(told.given(key) or ()):
            yield (*told.places[key], index), attempt
