"""Writing a file so that a reader finds the old one or the new one, never half of either."""

import contextlib
import os
import tempfile
from pathlib import Path


def replace(path: Path, content: bytes) -> Path:
    """Put ``content`` at ``path`` in one step, by way of a temporary file beside it.

    Raises:
        OSError: The file could not be written; what was there before is untouched.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp makes files for the owner alone; a report is read by a web server or a CI's next step too.
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return path
