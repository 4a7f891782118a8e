import json
from collections.abc import Callable

from lab.shipped import PROXIES
from tests.cli.kit import Ended


def test_schema_is_json_schema_that_knows_the_shipped_behaviours(quick: Callable[..., Ended]) -> None:
    ended = quick("schema")
    assert ended.status == 0 and ended.err == ""
    schema = json.loads(ended.out)
    assert schema["$schema"].startswith("https://json-schema.org/") and schema["type"] == "object"
    text = json.dumps(schema)
    assert all(f'"{path.stem}"' in text for path in PROXIES.glob("[!_]*.py"))
