"""results.json: everything that a run found, for programs. docs/reference/results.md documents its keys."""

import json
from pathlib import Path

from pydantic import ValidationError

from lab.errors import UsageError
from lab.report.compare import Changes
from lab.report.files import replace
from lab.timeline.results import SCHEMA_VERSION, RunResult

NAME = "results.json"


def write(run: RunResult, folder: Path, changes: Changes | None = None) -> Path:
    """Write results.json into ``folder``.

    A lone surrogate, which a page may well have sent, has no UTF-8: it is written as the JSON escape that it is.
    """
    return replace(folder / NAME, content(run))


def content(run: RunResult) -> bytes:
    """What results.json holds."""
    text = json.dumps(run.model_dump(mode="json"), ensure_ascii=False, indent=2)
    return (text + "\n").encode("utf-8", "backslashreplace")


def read(path: Path) -> RunResult:
    """What was written to ``path``, a results.json or the folder of a run. Unknown keys are passed over.

    Raises:
        UsageError: There is no such file, or it is no results.json, or of another schema version.
    """
    file = path / NAME if path.is_dir() else path
    remedy = "Name a results.json, or a run's folder, that `lab run` has written."
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", remedy=remedy) from error
    except json.JSONDecodeError as error:
        message = f"{file}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}."
        raise UsageError(message, remedy=remedy) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8: {error.reason} at byte {error.start}.", remedy=remedy) from error
    if not isinstance(data, dict) or "schema_version" not in data:
        raise UsageError(f"{file} holds no results: it has no schema_version.", remedy=remedy)
    if data["schema_version"] != SCHEMA_VERSION:
        raise UsageError(
            f"{file} has schema version {data['schema_version']!r}; this lab reads version {SCHEMA_VERSION}.",
            remedy="Read it with the version of the lab that wrote it, or run again.",
        )
    try:
        # New keys do not raise the schema version, so what a newer lab adds must not stop an older one.
        return RunResult.model_validate(data, extra="ignore")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{file}: {where}: {first['msg']}.", remedy=remedy) from error
