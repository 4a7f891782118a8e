"""The JSON Schema of a scenario, for editors: it accepts what the loader accepts, every short form included.

The models give the full forms; the short forms that lab/scenario/model.py widens are added here.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel

from lab.scenario.expectations import AttemptOutcome
from lab.scenario.model import Scenario
from lab.scenario.schema_network import add_network, one_key
from lab.scenario.server import schema_of_kinds
from lab.scenario.step import StepModel
from lab.scenario.steps import STEPS
from lab.sockjs.transports import TRANSPORTS

Json: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(
    behaviours: Mapping[str, type[BaseModel]] | None = None,
    personas: Iterable[str] | None = None,
    causes: Iterable[str] | None = None,
) -> Json:
    """The schema, draft 2020-12.

    Args:
        behaviours: The parameter model of each behaviour and profile, by name; where left out, any name and
            parameter will do.
        personas: The names of the personas; where left out, any name will do.
        causes: What the diagnosis may name; likewise.
    """
    scenario = Scenario.model_json_schema()
    definitions: Json = scenario.pop("$defs")
    add_network(definitions, behaviours)
    if personas is not None:
        _list_personas(definitions["Page"]["properties"], personas)
    if causes is not None:
        _list_causes(definitions, [*causes])
    definitions["Server"] = schema_of_kinds(definitions["Server"])
    _add_short_forms(scenario, definitions)
    for part in _parts(scenario, *definitions.values()):
        _tidy(part)
    return {"$schema": DIALECT, **scenario, "title": "Scenario of SockJS Lab", "$defs": definitions}


def schema_of(model: type[BaseModel]) -> Json:
    """The schema of one model alone, such as a behaviour's parameters, with defaults as a file would have them."""
    schema = model.model_json_schema()
    for part in _parts(schema):
        _tidy(part)
    for name, field in model.model_fields.items():
        part = schema["properties"][field.alias or name]
        # Pydantic leaves out what a factory makes, and bounds of what has a schema of its own: see lab/units.py.
        if field.default_factory is not None:
            part["default"] = field.get_default(call_default_factory=True)
        for branch in (part, *part.get("anyOf", [])):
            for bound in field.metadata if "pattern" in branch else ():
                branch.update({key: getattr(bound, key) for key in ("gt", "ge") if hasattr(bound, key)})
    return schema


def _list_personas(page: Json, personas: Iterable[str]) -> None:
    page["persona"] = {**page["persona"], "anyOf": [{"enum": [*personas]}, {"type": "null"}]}


def _list_causes(definitions: Json, causes: list[str]) -> None:
    for part in definitions.values():
        for branch in part.get("properties", {}).get("diagnosis", {}).get("anyOf", ()):
            if branch.get("type") == "array":
                branch["items"] = {"enum": causes}


def _add_short_forms(scenario: Json, definitions: Json) -> None:
    definitions["FullAttempt"] = definitions["ExpectedAttempt"]
    definitions["ExpectedAttempt"] = _attempt()
    for name, model in STEPS.items():
        definitions[model.__name__] |= _choice(model)
        definitions[f"Full{model.__name__}"] = _full_step(definitions[model.__name__])
        definitions[model.__name__] = _arguments(name, definitions[model.__name__])
    definitions["Step"] = _step(definitions)
    scenario["properties"]["steps"]["items"] = _ref("Step")
    scenario["properties"]["matrix"] = _matrix(scenario["properties"]["matrix"])


def _attempt() -> Json:
    outcome = {"enum": list(get_args(AttemptOutcome)), "description": "How the attempt ended."}
    return {"anyOf": [one_key({transport: outcome for transport in TRANSPORTS}), _ref("FullAttempt")]}


def _choice(step: type[StepModel]) -> Json:
    """Where a step takes exactly one of several keys, what says so."""
    return {"oneOf": [{"required": [key]} for key in step.one_of]} if step.one_of else {}


def _full_step(step: Json) -> Json:
    """A step with its name under ``step``, which the model, but not the file, may leave out."""
    return {**step, "required": ["step", *step.get("required", [])]}


def _arguments(name: str, step: Json) -> Json:
    """What stands below a step's name: its arguments, the main one alone, or nothing."""
    about = {"description": step["description"]}
    properties = {key: value for key, value in step["properties"].items() if key != "step"}
    branches: list[Json] = [{**step, "properties": properties}]
    main = STEPS[name].main_argument
    if main is not None:
        branches.append(_without_null(properties[main]))
    if not step.get("required") and not step.keys() & {"oneOf", "anyOf"}:
        branches.append({"type": "null"})
    return {**about, "anyOf": branches}


def _without_null(schema: Json) -> Json:
    """The schema of a value that is there."""
    if "anyOf" not in schema:
        return schema
    return {**schema, "anyOf": [branch for branch in schema["anyOf"] if branch != {"type": "null"}]}


def _step(definitions: Json) -> Json:
    full = {name: definitions[f"Full{model.__name__}"] for name, model in STEPS.items()}
    alone = [name for name, step in full.items() if not step["required"][1:] and not step.keys() & {"oneOf", "anyOf"}]
    return {
        "description": "What the client does.",
        "anyOf": [
            {"enum": alone},
            one_key({name: _ref(model.__name__) for name, model in STEPS.items()}),
            *(_ref(f"Full{model.__name__}") for model in STEPS.values()),
        ],
    }


def _matrix(matrix: Json) -> Json:
    values = {"type": "array", "minItems": 1}
    entries = {**values, "items": {"type": "object", "minProperties": 1}}
    return {
        **matrix,
        "type": "object",
        "properties": {
            "include": {**entries, "description": "Values to add to combinations, or combinations to add."},
            "exclude": {**entries, "description": "Combinations to leave out: all that have these values."},
        },
        "additionalProperties": values,
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _parts(*schemas: Any) -> Iterator[Json]:
    """Every schema inside the schemas, and they themselves, from the inside out."""
    for schema in schemas:
        if isinstance(schema, dict):
            for key, value in schema.items():
                # The keys of properties are a scenario's own words: "title" or "default" means nothing there.
                yield from _parts(*(value.values() if key == "properties" else [value]))
            yield schema
        elif isinstance(schema, list):
            yield from _parts(*schema)


def _tidy(part: Json) -> None:
    """Take out what pydantic makes of Python's names, and write defaults as a file would."""
    part.pop("title", None)
    if "pattern" in part:
        # Limits of what is held (0 ms), where a file has a text; some under names that JSON Schema does not know.
        for limit in ("gt", "ge", "lt", "le", "exclusiveMinimum", "minimum", "exclusiveMaximum", "maximum"):
            part.pop(limit, None)
    default = part.get("default")
    if isinstance(default, dict) or (default is None and "default" in part):
        # A part of its own says its own defaults; a null that stands for "left out" helps nobody.
        del part["default"]
    elif isinstance(default, (int, float)) and not isinstance(default, bool):
        # A number whose schema wants a text is a duration or a size: see lab/units.py.
        patterns = [str(branch.get("pattern", "")) for branch in (part, *part.get("anyOf", []))]
        if any("KiB" in pattern for pattern in patterns):
            part["default"] = _with_unit(default, {"GiB": 1024**3, "MiB": 1024**2, "KiB": 1024, "B": 1})
        elif any("ms|s" in pattern for pattern in patterns):
            part["default"] = _with_unit(default, {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1})


def _with_unit(held: float, units: Mapping[str, int]) -> str:
    """A duration in milliseconds or a size in bytes, as a file has it."""
    unit = next((unit for unit, size in units.items() if held >= size and held % size == 0), [*units][-1])
    return f"{held / units[unit]:g}{unit}"
