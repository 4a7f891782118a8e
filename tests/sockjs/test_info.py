import json

from lab.sockjs.info import document


def test_document_says_what_the_server_can_do() -> None:
    assert json.loads(document(websocket=False, cookie_needed=True, entropy=4294967295)) == {
        "websocket": False,
        "cookie_needed": True,
        "origins": ["*:*"],
        "entropy": 4294967295,
    }


def test_document_names_another_address_where_there_is_one() -> None:
    text = document(websocket=True, cookie_needed=False, entropy=1, base_url="https://b.test/echo")
    assert json.loads(text)["base_url"] == "https://b.test/echo"
