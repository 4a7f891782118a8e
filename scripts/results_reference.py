"""The page docs/reference/results.md, from the models of lab/timeline/results.py and their docstrings."""

import ast
import inspect
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from lab.timeline import results

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "results.md"

_HEAD = f"""\
# results.json

`results.json` in a run's folder holds everything that the run found, as one JSON object in UTF-8. This page
describes schema version {results.SCHEMA_VERSION}. The version is raised when a key changes its meaning or goes away;
new keys do not raise it, so a reader passes over the keys that it does not know.

Every key is always there; what is unknown is `null`, and what there is none of is empty. Keys that end in `_ms`
are milliseconds. Paths have forward slashes. A lone surrogate, which a page may have sent, stands as its JSON escape.

This page is made by `python -m scripts.reference` from `lab/timeline/results.py`.
"""


def page() -> str:
    """The whole page: a section for the run and one for each model below it, in the order of their use."""
    sections = [_HEAD]
    waiting: list[type[BaseModel]] = [results.RunResult]
    seen: list[type[BaseModel]] = []
    while waiting:
        model = waiting.pop(0)
        if model in seen:
            continue
        seen.append(model)
        sections.append(_section(model))
        waiting += [inner for field in model.model_fields.values() for inner in _models(field.annotation)]
    return "\n".join(sections)


def _section(model: type[BaseModel]) -> str:
    documented = _docstrings(model)
    lines = [
        f"## {model.__name__}",
        inspect.cleandoc(model.__doc__ or ""),
        "",
        "| key | type | meaning |",
        "|---|---|---|",
    ]
    for name, field in model.model_fields.items():
        if name not in documented:
            raise SystemExit(f"{model.__name__}.{name} has no docstring: {results.__file__}")
        lines.append(f"| `{name}` | {_type(field.annotation)} | {documented[name]} |")
    return "\n".join(lines) + "\n"


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The string under each field of ``model``, on one line, as Markdown."""
    tree = ast.parse(inspect.getsource(model))
    (body,) = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    found = {}
    for field, text in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            words = " ".join(str(text.value.value).split())
            found[field.target.id] = re.sub(r"\bNone\b", "`null`", re.sub("`+", "`", words)).replace("|", "\\|")
    return found


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]


def _type(annotation: Any) -> str:
    """An annotation in JSON's words."""
    plain = {str: "string", int: "integer", float: "number", bool: "boolean", Any: "any value", type(None): "null"}
    if annotation in plain:
        return plain[annotation]
    inner = get_args(annotation)
    origin = getattr(annotation, "__origin__", None)
    if origin is list:
        return f"array of {_type(inner[0])}"
    if origin is dict:
        return f"object of {_type(inner[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return " or ".join(f"`{value}`" if isinstance(value, str) else _type(value) for value in inner)
