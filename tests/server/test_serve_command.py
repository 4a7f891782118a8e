"""``lab serve`` as its users start it."""

import asyncio
import json
import signal
import sys

import aiohttp


async def _run(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lab", "serve", *arguments, stdout=pipe, stderr=pipe
    )


async def test_server_says_where_it_listens_and_writes_its_events(tmp_path) -> None:
    file = tmp_path / "events.ndjson"
    process = await _run("--port", "0", "--events", str(file), "--origins", "http://page.test", "--protocol-test")
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        url = line.removeprefix("listening on ").strip()
        async with aiohttp.ClientSession() as client:
            async with client.post(url + "/echo/0/s/xhr", headers={"Origin": "http://page.test"}) as answer:
                assert await answer.text() == "o\n"
                assert answer.headers["Access-Control-Allow-Origin"] == "http://page.test"
            async with client.get(url + "/echo/info", headers={"Origin": "http://other.test"}) as answer:
                assert "Access-Control-Allow-Origin" not in answer.headers
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in errors
    kinds = [json.loads(line)["kind"] for line in file.read_text().splitlines()]
    assert set(kinds) >= {"request", "session.open", "frame.out", "response", "response.end"}


async def test_origin_that_is_none_is_a_usage_error() -> None:
    process = await _run("--origins", "example.com")
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"'example.com' is no origin" in errors
