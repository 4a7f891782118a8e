"""The lab's server: an echo service at /echo. ``uvloop`` as an argument runs it on that loop."""

import asyncio
import sys

from lab.server.host import LabServer


async def main() -> None:
    """Serve until killed."""
    server = LabServer()
    await server.start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    if "uvloop" in sys.argv:
        import uvloop

        uvloop.install()
    asyncio.run(main())
