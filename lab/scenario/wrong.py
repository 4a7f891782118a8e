"""How the model says what is wrong with a value: in words that a file's reader understands."""

from collections.abc import Iterable
from typing import TypeAlias

from pydantic_core import PydanticCustomError

KIND = "lab_wrong"
"""The type of these errors among pydantic's own."""

Place: TypeAlias = str
"""Where in the value the mistake is: all of it (``value``), its only key (``key``), its only key's value (``only
value``), or what stands at the key of that name."""


def wrong(
    what: str,
    expected: str = "",
    *,
    options: Iterable[str] = (),
    word: str = "",
    near: str = "",
    at: Place = "value",
) -> PydanticCustomError:
    """The error to raise in a validator.

    Args:
        what: What is wrong, in a few words.
        expected: What would be right; left out where the options say it.
        options: The words that would be right.
        word: The word that is none of them.
        near: What was most likely meant; where left out, the nearest of the options.
        at: Where in the value the mistake is.
    """
    context = {"what": what, "expected": expected, "options": list(options), "word": word, "near": near, "at": at}
    shown = expected or ", ".join(context["options"])
    message = f"{what}: expected {shown}"
    return PydanticCustomError(KIND, message, context)
