from typing import Any

import pytest

from lab.scenario.nodes import Entry, Scalar, plain
from lab.scenario.put import Misplaced, put
from lab.scenario.yaml_text import read


def after(text: str, key: str) -> Any:
    _, root, _ = read(text.encode(), "x.yaml")
    before = plain(root)
    changed = put(root, key, Entry(Scalar(100, 103, key), Scalar(105, 108, "NEW")))
    assert plain(root) == before
    return plain(changed)


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("a: 1", "a", {"a": "NEW"}),
        ("a: 1", "b", {"a": 1, "b": "NEW"}),
        ("a: {b: 1, c: 2}", "a.b", {"a": {"b": "NEW", "c": 2}}),
        ("a: 1", "b.c.d", {"a": 1, "b": {"c": {"d": "NEW"}}}),
        ("a:", "a.b", {"a": {"b": "NEW"}}),
        ("a: [1, 2]", "a.1", {"a": [1, "NEW"]}),
        ("a: [{b: 1}]", "a.0.b", {"a": [{"b": "NEW"}]}),
        # an item that is one word grows keys below it
        (
            "steps: [connect, receive]",
            "steps.1.receive.within",
            {"steps": ["connect", {"receive": {"within": "NEW"}}]},
        ),
        ("steps: [receive]", "steps.0.receive", {"steps": [{"receive": "NEW"}]}),
        # a hop that is just a behaviour becomes a hop with that behaviour
        ("network: [x]", "network.0.proxy", {"network": [{"behaviours": ["x"], "proxy": "NEW"}]}),
        ("network: [x: {y: 1}]", "network.0.name", {"network": [{"behaviours": [{"x": {"y": 1}}], "name": "NEW"}]}),
        ("network: [x]", "network.0.behaviours.0", {"network": [{"behaviours": ["NEW"]}]}),
        ("network: [{tls: tunnel}]", "network.0.proxy", {"network": [{"tls": "tunnel", "proxy": "NEW"}]}),
    ],
)
def test_value_is_put_where_the_key_leads(text: str, key: str, expected: object) -> None:
    assert after(text, key) == expected


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("a: [1, 2]", "a.2", 'there is no "a.2"; an index from 0 to 1'),
        ("a: [1]", "a.x", 'there is no "a.x"; the index 0'),
        ("a: []", "a.0", 'there is no "a.0"; a list with items, and "a" is empty'),
        ("a: [1]", "a.99999999999999999999", 'there is no "a.99999999999999999999"; the index 0'),
        ("a: [1]", "a.²", 'there is no "a.²"; the index 0'),
        ("a: x", "a.x", '"a" has no keys below it; the key of a mapping, or the index of an item'),
        ("a: {b: 1}", "a.0", 'there is no "a.0"; a key, as this is no list'),
        ("b: 1", "a.0.c", 'there is no "a.0"; a list at "a" that has this item'),
        ("a: 1", "", '"" is not a key; words with single dots between them, as in client.version'),
        ("a: 1", "a.", '"a." is not a key; words with single dots between them, as in client.version'),
        ("a: 1", "matrix", "a matrix of the matrix; a key of the rest of the file"),
    ],
)
def test_key_that_leads_nowhere_is_told(text: str, key: str, message: str) -> None:
    with pytest.raises(Misplaced) as raised:
        after(text, key)
    assert f"{raised.value.what}; {raised.value.expected}" == message
