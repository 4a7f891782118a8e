"""How figures and lists are written in sentences, the same everywhere."""

from collections.abc import Sequence


def ms(value: float) -> str:
    """A time in whole milliseconds: ``1,263 ms``."""
    return f"{value:,.0f} ms"


def limit(value: float) -> str:
    """A limit of so many milliseconds, as people set it: ``60 s``, ``1.5 s``, ``200 ms``."""
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"


def number(value: int) -> str:
    """A count with thousands separated: ``2,051``."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 byte``, ``2,051 bytes``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
