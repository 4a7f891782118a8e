import io
import json
from pathlib import Path

from lab.report.json_lines import JsonOnly
from tests.report.sample import case, run_of
from tests.report.test_console import play


def test_json_is_the_results_and_nothing_else() -> None:
    out, notes = io.BytesIO(), io.StringIO()
    play(JsonOnly(out, notes), [case("chromium")])
    assert [entry["id"] for entry in json.loads(out.getvalue())["cases"]] == ["corporate/strip-and-buffer[chromium]"]
    assert notes.getvalue() == "note: The control run of webkit is an hour old.\n"


class Gone(io.BytesIO):
    def write(self, data: object) -> int:
        raise BrokenPipeError


def test_json_for_a_reader_that_has_left_is_no_failure() -> None:
    JsonOnly(Gone(), io.StringIO()).run_ended(run_of(), [Path("report.html")])
