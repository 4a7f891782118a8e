"""htmlfile, chunk by chunk."""

import json

import pytest

from lab.server.dialects import DIALECTS
from lab.server.transports.htmlfile import wrap

PATH = "/echo/000/s/htmlfile?c=%63allback"
HEAD = """<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.callback;
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>"""


async def test_stream_carries_scripts(serve, connect, fetch) -> None:
    url = await serve()
    wire = await connect(url)
    await wire.request("GET", PATH)
    head = wire.head.decode()
    assert "Content-Type: text/html; charset=UTF-8\r\n" in head
    assert f"Cache-Control: {DIALECTS['current'].not_cached}\r\n" in head
    prelude = await wire.chunk()
    assert prelude.decode().strip() == HEAD
    assert len(prelude) > 1024
    assert await wire.chunk() == b'<script>\np("o");\n</script>\r\n'
    await fetch("POST", url + "/000/s/xhr_send", data='["x"]')
    assert await wire.chunk() == b'<script>\np("a[\\"x\\"]");\n</script>\r\n'


async def test_stream_ends_at_response_limit(serve, connect, fetch) -> None:
    url = await serve(response_limit=4096)
    wire = await connect(url)
    await wire.request("GET", PATH)
    await wire.chunk()
    await wire.chunk()
    await fetch("POST", url + "/000/s/xhr_send", data=json.dumps(["x" * 4096]))
    assert await wire.chunk() == b'<script>\np("a[\\"' + b"x" * 4096 + b'\\"]");\n</script>\r\n'
    assert await wire.chunk() == b""


def test_wrap_lets_no_message_end_the_script() -> None:
    assert wrap('a["</script><!--"]') == (b'<script>\np("a[\\"\\u003c/script>\\u003c!--\\"]");\n</script>\r\n')


@pytest.mark.parametrize("name", ["htmlfile", "jsonp"])
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", '"callback" parameter required'),
        ("?c=", '"callback" parameter required'),
        ("?c=%20", 'invalid "callback" parameter'),
        ("?c=abc%28", 'invalid "callback" parameter'),
        ("?c=alert(1)//", 'invalid "callback" parameter'),
    ],
)
async def test_bad_callback_is_refused(serve, fetch, name: str, query: str, text: str) -> None:
    answer = await fetch("GET", await serve() + f"/a/a/{name}{query}")
    assert (answer.status, answer.text) == (500, text)
