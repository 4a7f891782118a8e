"""Loads each file that it is given as a mitmdump would, in a process that has loaded no other behaviour before.

``python -m tests.proxies.alone FILE... OPTION=VALUE...`` prints what goes wrong. A mitmdump for each file would take
a second; here one process imports what every file needs and no behaviour can have a part in, and forks for each.
"""

import asyncio
import logging
import os
import sys
import warnings
from collections.abc import Sequence

import lab.scenario.translate  # noqa: F401 (nothing in it may import lab.network)

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import mitmproxy.tools.dump  # noqa: F401 (what a mitmdump has imported before it loads a script)
    from mitmproxy.test import taddons


async def load(path: str, options: Sequence[str]) -> None:
    """Load one file; mitmproxy logs where it cannot."""
    with taddons.context() as context:
        context.options.set(*options, defer=True)
        context.script(path)


def main(words: Sequence[str]) -> None:
    """Load each file in a process of its own."""
    early = [name for name in sys.modules if name.startswith("lab.network")]
    assert not early, f"{early} would be there for a file that does not import it"
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stdout)
    for path in (word for word in words if word.endswith(".py")):
        child = os.fork()
        if not child:
            try:
                asyncio.run(load(path, [word for word in words if "=" in word]))
            except BaseException:
                logging.exception(path)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
