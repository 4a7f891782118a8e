"""The network of a scenario: hops and their behaviours, in full and in short."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from lab.forms import Form
from lab.scenario.base import Model, Reading, raise_at, validate_plain
from lab.scenario.limits import LIMITS, OF_LINKS, Limits
from lab.scenario.wrong import Place, wrong

HopKind = Literal["proxy", "link", "balancer"]

_FEW = 20
"""So many words are listed where one of them was expected."""
_ONE_BEHAVIOUR = "one behaviour: its name, or its name with its parameters below it"


def kind_of(model: Any) -> Literal["http", "link", "profile"]:
    """What a name stands for, by its parameter model: a behaviour of proxies, one of links, or a profile."""
    kind: Literal["http", "link", "profile"] = getattr(model, "lab_kind", "http")
    return kind


def known(reading: object, *kinds: str) -> dict[str, Any] | None:
    """The parameter models of these kinds, by name; None where any name will do."""
    models = reading.behaviours if isinstance(reading, Reading) else None
    return None if models is None else {name: one for name, one in models.items() if kind_of(one) in kinds}


def _listed(words: Collection[str], instead: str) -> str:
    """What to say in place of a list of words that nobody would read; nothing where it is short."""
    return instead if len(words) > _FEW else ""


class BehaviourUse(Model):
    """A behaviour by name, with its parameters as written; the behaviour's own model checks them."""

    kinds: ClassVar[tuple[str, ...]] = ("http",)
    """What the name may stand for."""
    name: str = Field(description="The behaviour's name: that of its file in proxies/.")
    parameters: dict[str, Any] = Field(default_factory=dict, description="The behaviour's own parameters.")
    limits: Limits = Field(Limits(), description="On what of the traffic it acts, and when.")

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any, info: ValidationInfo) -> Any:
        """``no_upgrade`` and ``no_upgrade: {answer: strip, after: 5s}`` both name the behaviour no_upgrade."""
        if isinstance(value, str):
            cls._check(value, info.context, at="value")
            return {"name": value, "parameters": {}}
        if isinstance(value, dict) and "name" not in value:
            if len(value) != 1:
                raise wrong("several behaviours in one item" if value else "no behaviour", _ONE_BEHAVIOUR)
            ((name, written),) = value.items()
            cls._check(name, info.context, at="key")
            return {"name": name, **divided(written)}
        if isinstance(value, dict):
            cls._check(value["name"], info.context, at="name")
            # Without any parameters, too, they are held against the behaviour's model: some may be required.
            return {"parameters": {}, **value}
        if isinstance(value, cls):
            return value
        raise wrong("not a behaviour", _ONE_BEHAVIOUR)

    @field_validator("limits")
    @classmethod
    def _goes_that_way(cls, limits: Limits, info: ValidationInfo) -> Limits:
        """A behaviour that acts on requests alone would do nothing with ``direction: down``."""
        name = info.data.get("name", "")
        error = wrong_way(name, (known(info.context, "http") or {}).get(name), limits)
        if error is not None:
            raise_at(("when", "direction"), error)
        return limits

    @classmethod
    def _check(cls, name: object, reading: object, *, at: Place) -> None:
        behaviours = known(reading, *cls.kinds)
        if behaviours is None or not isinstance(name, str) or name in behaviours:
            return
        if name in (known(reading, "http", "link") or {}):
            other, place = (
                ("link", f"- link: [{name}]") if "http" in cls.kinds else ("proxy", f"- behaviours: [{name}]")
            )
            raise wrong(f'"{name}" is a behaviour of a {other}', f'a hop of its own: "{place}"', at=at)
        if name in (known(reading, "profile") or {}):
            raise wrong(f'"{name}" is a profile', f'a hop of its own: "- {name}"', at=at)
        listed = _listed(behaviours, "a behaviour, as `lab behaviours` lists them")
        raise wrong("unknown behaviour", listed, options=sorted(behaviours), word=name, at=at)

    @field_validator("parameters")
    @classmethod
    def _fit(cls, parameters: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Hold the parameters against the behaviour's model, where it is known; they stay as written."""
        model = (known(info.context, *cls.kinds) or {}).get(info.data.get("name", ""))
        if model is not None and isinstance(info.context, Reading):
            validate_plain(model, parameters, info.context)
        return parameters


def wrong_way(name: str, model: Any, limits: Limits) -> PydanticCustomError | None:
    """What is wrong with the direction of these limits for a behaviour with this parameter model, if anything is."""
    way = getattr(model, "lab_direction", None)
    given = limits.when.direction if limits.when else None
    if way is None or given is None or given == way:
        return None
    what = {"up": "what goes up: requests", "down": "what comes down: responses"}[way]
    return wrong(f'"direction: {given}" for {name}', f"{way}: it acts on {what}")


class LinkBehaviourUse(BehaviourUse):
    """A behaviour of a link by name, with its parameters as written; the behaviour's own model checks them."""

    kinds: ClassVar[tuple[str, ...]] = ("link",)

    @field_validator("limits")
    @classmethod
    def _sees_no_requests(cls, limits: Limits) -> Limits:
        given = limits.when.model_fields_set - OF_LINKS if limits.when else set()
        for key in sorted(given):
            raise_at(("when", key), wrong(f'"{key}" in a link', "direction alone: a link knows bytes, not requests"))
        return limits


class AnyBehaviourUse(BehaviourUse):
    """A behaviour of a proxy or of a link, by name, with its parameters as written."""

    kinds: ClassVar[tuple[str, ...]] = ("http", "link")


def divided(written: Any) -> dict[str, Any]:
    """What stands below a behaviour's name, as its own parameters and its limits."""
    if written is None:
        return {"parameters": {}}
    if not isinstance(written, dict):
        return {"parameters": written}
    limits = {key: value for key, value in written.items() if key in LIMITS}
    parameters = {key: value for key, value in written.items() if key not in LIMITS}
    return {"parameters": parameters, **({"limits": limits} if limits else {})}


class Balancer(Model):
    """Several server nodes, each with sessions of its own, and how requests are shared out among them."""

    nodes: int = Field(2, ge=1, le=8, description="How many server nodes there are: node1, node2 ...")
    sticky: Literal["cookie", "cookie value", "prefix", "source", "none"] = Field(
        "cookie",
        description=(
            "What keeps a client at its node: a cookie that names it; whatever value the cookie has; the `server` "
            "part of the URL; its address; or nothing."
        ),
    )
    cookie: Annotated[str, Form(r"^[\w.-]+$", "the name of a cookie: letters, digits, _, . and -")] = Field(
        "JSESSIONID", description="The name of the cookie."
    )
    appended_by: Literal["balancer", "server"] = Field(
        "balancer",
        description="Who writes the node into the cookie: the balancer, or each server (JSESSIONID=dummy.node1).",
    )
    pick: Literal["round robin", "random"] = Field(
        "round robin", description="Which node gets a request that nothing binds to one."
    )
    seed: int = Field(0, description="What `pick: random` draws from.")


TLS_KEYS = frozenset({"http2", "extended_connect", "alpn", "min_tls", "max_tls"})
"""Settings of a hop that reads TLS."""
KEYS: Mapping[HopKind, frozenset[str]] = {
    "proxy": TLS_KEYS | {"proxy", "tls", "behaviours"},
    "link": frozenset({"link"}),
    "balancer": TLS_KEYS | {"balancer", "tls", "behaviours"},
}
"""The keys that each kind of hop may have, besides those that every hop may have."""
COMMON_KEYS = frozenset({"name", "profile", "parameters"})


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, float) else value


# In YAML 1.2 without quotes is a number.
TlsVersion = Annotated[Literal["1.0", "1.1", "1.2", "1.3"], BeforeValidator(_as_text)]


class Hop(Model):
    """One intermediary: a proxy, a link or a balancer, and what it does to the traffic."""

    proxy: Literal["forward", "reverse", "transparent", "socks"] = Field(
        "reverse",
        description=(
            "forward: the proxy set in the browser; socks: the same, by SOCKS 5; reverse: it stands where the server "
            "would; transparent: what goes to the server is led through it unasked."
        ),
    )
    link: list[LinkBehaviourUse] | None = Field(
        None, description="A relay of bytes in place of a proxy, and what it does, in this order."
    )
    balancer: Balancer | None = Field(None, description="A balancer in place of a proxy; it stands last.")
    profile: str | None = Field(
        None, description="A profile by name (`lab profiles` lists them); what stands beside it wins."
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="For a profile: other parameters for its behaviours, by their names."
    )
    name: str | None = Field(None, description="What reports call the hop; hop1, hop2 ... where null.")
    tls: Literal["tunnel", "intercept", "untrusted"] = Field(
        "tunnel",
        description=(
            "tunnel: TLS is passed on unread, but for a reverse proxy or a balancer, which always end it; intercept: "
            "ended and read; untrusted: ended with a certificate that the browser does not trust."
        ),
    )
    http2: bool = Field(False, description="Whether it offers HTTP/2 to the browser where it reads TLS.")
    extended_connect: bool = Field(
        False,
        description=(
            "Whether it announces WebSocket over HTTP/2 (RFC 8441) there: a browser that knows it then asks for the "
            "websocket with an extended CONNECT, of which the hop makes an upgrade of HTTP/1.1."
        ),
    )
    alpn: Literal["answered", "stripped"] = Field(
        "answered", description="Whether it answers ALPN where it reads TLS, or as if it knew nothing of it."
    )
    min_tls: TlsVersion | None = Field(None, description="The lowest version of TLS that it takes from the browser.")
    max_tls: TlsVersion | None = Field(None, description="The highest version of TLS that it takes from the browser.")
    behaviours: list[BehaviourUse] = Field(
        default_factory=list, description="What it does, in this order; a profile's own come after these."
    )

    @property
    def kind(self) -> HopKind:
        """Which of the three it is."""
        return "link" if self.link is not None else "balancer" if self.balancer is not None else "proxy"

    @property
    def uses(self) -> Sequence[BehaviourUse]:
        """The behaviours of whichever kind."""
        return self.behaviours if self.link is None else self.link

    @property
    def is_explicit(self) -> bool:
        """Whether it is a proxy that the browser, or the proxy before it, has to be told of."""
        return self.kind == "proxy" and self.proxy in ("forward", "socks")

    @property
    def ends_tls(self) -> bool:
        """Whether what it sends on is not encrypted, even where what came was."""
        return self.kind == "balancer" or (self.kind == "proxy" and self.proxy == "reverse")

    def without_behaviours(self) -> "Hop":
        """The same hop, with nothing that it does to the traffic but to carry it."""
        if self.kind == "link":
            return Hop(name=self.name, link=[])
        tls = "intercept" if self.tls == "untrusted" else self.tls
        settings: dict[str, Any] = {"name": self.name, "tls": tls}
        settings |= {key: True for key in ("http2", "extended_connect") if getattr(self, key)}
        own = {"balancer": self.balancer} if self.kind == "balancer" else {"proxy": self.proxy}
        return Hop.model_validate(settings | own)

    @model_validator(mode="before")
    @classmethod
    def _widen(cls, value: Any, info: ValidationInfo) -> Any:
        """A hop may be just a behaviour or a profile: ``no_upgrade`` or ``no_upgrade: {answer: strip}``."""
        if isinstance(value, cls):
            return value
        profiles = known(info.context, "profile") or {}
        links = known(info.context, "link") or {}
        if is_short(value):
            name, written = (value, None) if isinstance(value, str) else next(iter(value.items()))
            if name in profiles:
                parameters = {} if written is None else written
                return _of_profile(profiles[name], {"profile": name, "parameters": parameters})
            _check_short(name, info.context, at="value" if isinstance(value, str) else "key")
            return {"link" if name in links else "behaviours": [value]}
        if not isinstance(value, dict):
            raise wrong("not a hop", "the name of a behaviour or a profile, or the keys of a hop")
        _check_keys(value)
        if "profile" in value and known(info.context, "profile") is not None:
            name = value["profile"]
            if name not in profiles:
                if name in (known(info.context, "http", "link") or {}):
                    raise wrong(f'"{name}" is a behaviour', f'"behaviours: [{name}]", or a profile', at="profile")
                listed = _listed(profiles, "a profile, as `lab profiles` lists them")
                raise wrong("unknown profile", listed, options=sorted(profiles), word=str(name), at="profile")
            return _of_profile(profiles[name], value)
        if "parameters" in value and "profile" not in value:
            raise wrong('"parameters" without "profile"', "a profile's name", at="parameters")
        return value

    @field_validator("parameters")
    @classmethod
    def _fit(cls, parameters: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Hold the parameters against the profile's behaviours, where it is known; they stay as written."""
        model = (known(info.context, "profile") or {}).get(info.data.get("profile") or "")
        if model is not None and isinstance(info.context, Reading):
            validate_plain(model, parameters, info.context)
        return parameters

    @model_validator(mode="after")
    def _reads_what_it_settles(self) -> "Hop":
        """Settings of TLS mean nothing to a proxy that does not read it."""
        settings = TLS_KEYS & self.model_fields_set
        if settings and self.tls == "tunnel" and not self.ends_tls:
            key = sorted(settings)[0]
            raise wrong(f'"{key}" where TLS is passed on unread', '"tls: intercept" beside it', at=key)
        if self.extended_connect and not self.http2:
            raise wrong('"extended_connect" without HTTP/2', '"http2: true" beside it', at="extended_connect")
        if self.min_tls and self.max_tls and self.max_tls < self.min_tls:
            raise wrong('"max_tls" below "min_tls"', f"at least {self.min_tls}", at="max_tls")
        return self


def is_short(value: Any) -> bool:
    """Whether a hop is just the name of a behaviour or a profile, with or without parameters below it."""
    if isinstance(value, dict):
        return len(value) == 1 and not value.keys() & Hop.model_fields.keys()
    return isinstance(value, str)


_INSTEAD = {
    **{kind: f"- proxy: {kind}" for kind in get_args(Hop.model_fields["proxy"].annotation)},
    "proxy": "- proxy: forward",
    "balancer": "- balancer: {nodes: 2}",
    "link": "- link: [latency]",
}
"""How the kinds of hops are written that some take for names."""


def _check_short(name: object, reading: object, *, at: Place) -> None:
    words = known(reading, "http", "link", "profile")
    if name in _INSTEAD and name not in (words or {}):
        raise wrong(f'"{name}" is a kind of hop, and no behaviour', f'"{_INSTEAD[str(name)]}"', at=at)
    if words is not None and name not in words:
        listed = _listed(words, "a behaviour or a profile, as `lab behaviours` and `lab profiles` list them")
        raise wrong("unknown behaviour", listed, options=sorted(words), word=str(name), at=at)


def _check_keys(value: Mapping[str, Any]) -> None:
    """Keys of two kinds of hops do not stand together."""
    kind: HopKind = "link" if "link" in value else "balancer" if "balancer" in value else "proxy"
    others = [key for key in value if key in Hop.model_fields and key not in KEYS[kind] | COMMON_KEYS]
    if others:
        what = f'"{others[0]}" beside "{kind}"'
        raise wrong(what, f"the keys of a {kind}: {', '.join(sorted(KEYS[kind] | COMMON_KEYS))}", at=others[0])


def _of_profile(model: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    """The hop of a profile, with what is written beside its name in place of its own."""
    hop: Hop = model.profile.hop
    uses = "link" if hop.kind == "link" else "behaviours"
    others = [key for key in value if key in Hop.model_fields and key not in KEYS[hop.kind] | COMMON_KEYS]
    if others:
        raise wrong(f'"{others[0]}" beside a profile of a {hop.kind}', f"the keys of a {hop.kind}", at=others[0])
    settings = {key: getattr(hop, key) for key in hop.model_fields_set & KEYS[hop.kind] - {uses}}
    # The profile's own come behind, so that those written here keep their numbers.
    behaviours = [*(value.get(uses) or []), *model.profile.uses_with(value.get("parameters"))]
    return {**settings, "parameters": {}, **value, uses: behaviours}


def check_order(hops: Sequence[Hop]) -> None:
    """Every hop has a name of its own, and sees traffic: what the browser is told of stands before the others.

    Raises:
        ValidationError: At the first hop that is out of place, counted from the list of hops.
    """
    behind: str | None = None
    names: set[str] = set()
    for index, hop in enumerate(hops):
        name = hop.name or f"hop{index + 1}"
        if name in names:
            raise_at((index, "name"), wrong(f'a second hop called "{name}"', "another name: reports go by it"))
        names.add(name)
        if hop.is_explicit and behind is not None:
            what = f"a {hop.proxy} proxy behind a {behind}"
            raise_at((index, "proxy"), wrong(what, f"every forward proxy before the first {behind}"))
        if hop.kind != "link" and not hop.is_explicit:
            behind = "balancer" if hop.kind == "balancer" else f"{hop.proxy} proxy"
        if hop.kind == "balancer" and index < len(hops) - 1:
            raise_at(
                (index, "balancer"), wrong("a hop behind a balancer", "the balancer last: its nodes are servers")
            )
