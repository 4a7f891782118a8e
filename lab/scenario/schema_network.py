"""The part of the JSON Schema that describes hops, behaviours and profiles, in full and in short."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from lab.scenario.limits import OF_LINKS
from lab.scenario.network import COMMON_KEYS, KEYS, AnyBehaviourUse, BehaviourUse, LinkBehaviourUse, kind_of

Json: TypeAlias = dict[str, Any]
Models: TypeAlias = Mapping[str, type[BaseModel]]

_ANYTHING: Json = {"type": ["object", "null"]}


def add_network(definitions: Json, models: Models | None) -> None:
    """Add the short forms of hops and behaviours to the definitions that pydantic has made of the models.

    Args:
        definitions: What is added to.
        models: The parameter model of each behaviour and profile, by name; where None, any name will do.
    """
    _add_link_limits(definitions)
    for use in (BehaviourUse, LinkBehaviourUse, AnyBehaviourUse):
        name = use.__name__
        definitions.setdefault(name, definitions["BehaviourUse"])
    for name, model in (models or {}).items():
        _add_behaviour(definitions, name, model)
    for name, model in (models or {}).items():
        if kind_of(model) == "profile":
            definitions[f"use.{name}"] = _overriding(definitions, model)
    for use in (BehaviourUse, LinkBehaviourUse, AnyBehaviourUse):
        _add_use(definitions, use, models)
    _add_hop(definitions, models)
    change = definitions["ChangeNetwork"]
    change["anyOf"] = [{"required": [key]} for key in ("add", "remove", "replace", "close")]
    for key in ("add", "remove", "replace"):
        several = change["properties"][key]
        alone = {key: several.pop(key) for key in ("default", "description") if key in several}
        change["properties"][key] = {"anyOf": [several["items"], several], **alone}


def _add_link_limits(definitions: Json) -> None:
    """The limits of a behaviour in a link, which knows bytes and no requests."""
    known = {key: part for key, part in definitions["When"]["properties"].items() if key in OF_LINKS}
    definitions["LinkWhen"] = {**definitions["When"], "properties": known}
    properties = definitions["Limits"]["properties"]
    when = {**properties["when"], "anyOf": [_ref("LinkWhen"), {"type": "null"}]}
    definitions["LinkLimits"] = {**definitions["Limits"], "properties": {**properties, "when": when}}


def _add_behaviour(definitions: Json, name: str, model: type[BaseModel]) -> None:
    """Its parameters as ``behaviour.NAME``, and with its limits among them as ``use.NAME``."""
    kind = kind_of(model)
    if kind == "profile":
        return
    # With a prefix, as a behaviour may be called what a part of the scenario is called.
    schema = model.model_json_schema(ref_template=f"#/$defs/behaviour.{name}.{{model}}")
    for inner, part in schema.pop("$defs", {}).items():
        definitions[f"behaviour.{name}.{inner}"] = part
    definitions[f"behaviour.{name}"] = schema
    limits = definitions["LinkLimits" if kind == "link" else "Limits"]["properties"]
    definitions[f"use.{name}"] = {**schema, "properties": {**schema.get("properties", {}), **limits}}


def _overriding(definitions: Json, model: Any) -> Json:
    """What may stand below a profile's name: parameters for its behaviours, none of which is required."""
    properties = {}
    for name in model.model_fields:
        own = {key: value for key, value in definitions[f"use.{name}"].items() if key != "required"}
        properties[name] = {"anyOf": [own, {"type": "null"}]}
    about = {"description": model.profile.title}
    return {"type": "object", **about, "properties": properties, "additionalProperties": False}


def _add_use(definitions: Json, use: type[BehaviourUse], models: Models | None) -> None:
    """A behaviour's name, its name with its parameters, and the full form, in this order."""
    name = use.__name__
    definitions[f"Full{name}"] = definitions[name]
    if models is None:
        short = [{"type": "string"}, one_key_of(_ANYTHING)]
    else:
        known = [one for one, model in models.items() if kind_of(model) in use.kinds]
        short = _short(definitions, known, "A behaviour's name.")
        full = [
            _full(definitions, one, "LinkLimits" if kind_of(models[one]) == "link" else "Limits") for one in known
        ]
        definitions[f"Full{name}"] = {"anyOf": full} if full else False
    definitions[name] = {"anyOf": [*short, _ref(f"Full{name}")]}


def _full(definitions: Json, name: str, limits: str) -> Json:
    return {
        "type": "object",
        "properties": {"name": {"const": name}, "parameters": _ref(f"behaviour.{name}"), "limits": _ref(limits)},
        "required": ["name", "parameters"] if _needs(definitions, name) else ["name"],
        "additionalProperties": False,
    }


def _short(definitions: Json, names: list[str], about: str) -> list[Json]:
    """One of the names, and one of them with what may stand below it."""
    with_parameters: Json = {}
    for name in names:
        reference = _ref(f"use.{name}")
        said = definitions[f"use.{name}"].get("description")
        branch = reference if _needs(definitions, name) else {"anyOf": [reference, {"type": "null"}]}
        with_parameters[name] = {"description": said, **branch} if said else branch
    alone = [name for name in names if not _needs(definitions, name)]
    return [{"enum": alone, "description": about}, one_key(with_parameters)]


def _add_hop(definitions: Json, models: Models | None) -> None:
    """The full form with the keys of each kind of hop, and the short forms."""
    full: Json = definitions["Hop"]
    kinds = [
        {
            "type": "object",
            "properties": {key: {} for key in full["properties"] if key in keys | COMMON_KEYS},
            "additionalProperties": False,
            **({} if kind == "proxy" else {"required": [kind]}),
        }
        for kind, keys in KEYS.items()
    ]
    if models is not None:
        profiles = [name for name, model in models.items() if kind_of(model) == "profile"]
        about = full["properties"]["profile"]["description"]
        full["properties"]["profile"] = {"enum": [*profiles, None], "description": about}
        # Without anything of its own, a profile may be one of any kind.
        kinds.append(
            {
                **kinds[0],
                "properties": {key: {} for key in full["properties"] if key in COMMON_KEYS},
                "required": ["profile"],
            }
        )
    definitions["FullHop"] = {**full, "anyOf": kinds}
    short = (
        [{"type": "string"}, one_key_of(_ANYTHING)]
        if models is None
        else _short(definitions, list(models), "The name of a behaviour or a profile.")
    )
    definitions["Hop"] = {"anyOf": [_ref("FullHop"), *short]}


def _needs(definitions: Json, name: str) -> bool:
    """Whether what stands below the name may not be left out."""
    return bool(definitions[f"use.{name}"].get("required"))


def one_key(properties: Json) -> Json:
    """An object with exactly one of these keys."""
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def one_key_of(values: Json) -> Json:
    """An object with exactly one key, whatever its name."""
    return {"type": "object", "additionalProperties": values, "minProperties": 1, "maxProperties": 1}


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}
