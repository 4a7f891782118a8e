"""The client of the benchmark speaks to the lab's server over every transport; how fast is not asked here."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from lab.server.host import LabServer

CLIENT = Path(__file__).resolve().parents[2] / "benchmarks" / "client.py"


@pytest.mark.parametrize("transport", ["websocket", "xhr-streaming", "xhr-polling"])
async def test_client_opens_sessions_and_gets_its_messages_back(transport: str) -> None:
    server = LabServer()
    await server.start()
    task = {"transport": transport, "port": server.port, "pid": os.getpid(), "sessions": 3}
    task |= {"seconds": 0.5, "run": "test"}
    try:
        client = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CLIENT)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asyncio.wait_for(client.communicate(json.dumps(task).encode() + b"\n"), 30)
    finally:
        await server.stop()
    result = json.loads(said)
    assert result["opens_per_s"] > 0 and result["per_s"] > 0
    assert 0 < result["median_ms"] <= result["p99_ms"]
