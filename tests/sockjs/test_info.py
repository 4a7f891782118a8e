import json

from lab.sockjs.info import document


def test_document_says_what_the_server_can_do() -> None:
    assert json.loads(document(websocket=False, cookie_needed=True, entropy=4294967295)) == {
        "websocket": False,
        "cookie_needed": True,
        "origins": ["*:*"],
        "entropy": 4294967295,
    }
