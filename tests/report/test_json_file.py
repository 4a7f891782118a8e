import json
from pathlib import Path
from typing import Any

import pytest

from lab.errors import UsageError
from lab.report import json_file
from lab.timeline.results import SCHEMA_VERSION
from tests.report.sample import direct, dozen, run_of


def test_json_file_reads_back_what_it_wrote(tmp_path: Path) -> None:
    run = run_of(*dozen())
    path = json_file.write(run, tmp_path)
    assert path == tmp_path / "results.json"
    assert json_file.read(path) == run
    assert json_file.read(tmp_path) == run


def test_json_file_is_indented_utf8_with_the_version_first(tmp_path: Path) -> None:
    lines = json_file.write(run_of(direct("chromium", title="☃")), tmp_path).read_text("utf-8").splitlines()
    assert lines[1] == f'  "schema_version": {SCHEMA_VERSION},'
    assert any('"title": "☃"' in line for line in lines)


def test_json_file_carries_what_has_no_utf8(tmp_path: Path) -> None:
    run = run_of(direct("chromium", message='a lone \ud800 and "\x00\\'))
    path = json_file.write(run, tmp_path)
    assert "\\ud800" in path.read_text("utf-8")
    assert json_file.read(path) == run


def test_json_file_passes_over_keys_that_it_does_not_know(tmp_path: Path) -> None:
    path = json_file.write(run_of(direct("chromium")), tmp_path)
    data = json.loads(path.read_bytes())
    data["new"] = data["cases"][0]["new"] = data["cases"][0]["attempts"][0]["new"] = {"deep": 1}
    path.write_text(json.dumps(data))
    assert json_file.read(path) == run_of(direct("chromium"))


def change(key: str, value: Any) -> bytes:
    return json.dumps(run_of(direct("chromium")).model_dump(mode="json") | {key: value}).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"schema_version": 1,\n  oops', r"results\.json:2:3: this is not JSON"),
        (b'"\xff"', "not UTF-8: invalid start byte at byte 1"),
        (b"[]", "no schema_version"),
        (b"{}", "no schema_version"),
        (change("schema_version", 2), "schema version 2; this lab reads version 1"),
        (change("schema_version", "1"), "schema version '1'"),
        (change("cases", [{"id": "a"}]), r"cases\.0\.scenario: Field required"),
        (change("duration_ms", "long"), "duration_ms: Input should be a valid number"),
    ],
)
def test_json_file_says_what_is_wrong_with_a_file(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        json_file.read(path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy


def test_json_file_says_that_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        json_file.read(tmp_path)
