"""Which releases of sockjs-client can be had, and what becomes of a version that is none of them."""

import re

from lab.scenario.wrong import wrong

BETAS = tuple(f"1.0.0-beta.{number}" for number in range(4, 14))
RELEASES = (
    *("1.0.0", "1.0.1", "1.0.2", "1.0.3"),
    *("1.1.0", "1.1.1", "1.1.2", "1.1.4", "1.1.5"),
    *("1.2.0", "1.3.0", "1.4.0"),
    *("1.5.0", "1.5.1", "1.5.2"),
    *("1.6.0", "1.6.1"),
)
"""All up to the newest that the lab knows, as npm has them; whatever is newer may be there, too."""

CARRIED = ("0.3.4",)
"""What is not on npm, but in another package (lab/browser/carried.py)."""

PATTERN = r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$"
"""What a version looks like."""

_NEWEST = (1, 6, 1)


def check_version(value: str) -> str:
    """The version; an error where there can be no such client."""
    if value in RELEASES or value in BETAS or value in CARRIED:
        return value
    numbers = _numbers(value)
    if numbers and numbers > _NEWEST:
        return value
    if numbers and numbers < (0, 2, 0):
        raise wrong(f"{value} is a client for Node.js, of another design", "a release from 1.0.0-beta.4 to 1.6.1")
    if numbers and numbers < (1, 0, 0):
        raise wrong(
            f"{value} is not on npm",
            "its file, as client: {path: ...}; 0.3.4; or a release from 1.0.0-beta.4 to 1.6.1",
        )
    what = "unknown release" if numbers else "not a release"
    raise wrong(what, "a release of sockjs-client, such as 1.6.1", options=[*RELEASES, *BETAS, *CARRIED], word=value)


def _numbers(value: str) -> tuple[int, ...]:
    """The three numbers of a version, or nothing where it is none."""
    if not re.fullmatch(PATTERN, value, re.ASCII) or value.endswith("\n") or len(value) > 60:
        return ()
    return tuple(int(part) for part in value.partition("-")[0].split("."))
