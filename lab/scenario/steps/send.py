"""send: send one message, or many."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from lab.scenario.base import Model
from lab.scenario.step import OnConnection
from lab.scenario.units import Bytes, Milliseconds
from lab.scenario.wrong import wrong

Kind = Literal["mixed", "text", "binary", "escapes", "astral", "surrogates"]


LARGEST = 1024 * 1024
"""Code units of a message."""


class Made(Model):
    """Messages that the lab makes, the same ones for the same seed."""

    count: int = Field(200, ge=1, le=100_000, description="How many.")
    kind: Kind = Field(
        "mixed",
        description=(
            "text: letters; binary: every code point from U+0000 to U+00FF; escapes: what JSON and browsers escape; "
            "astral: characters beyond U+FFFF; surrogates: lone halves of them; mixed: all of these in turn, with "
            "empty and one-byte messages among them and a 64 KiB one."
        ),
    )
    size: Bytes | None = Field(
        None, description="Length of each, in UTF-16 code units, up to 1MiB; varied where null."
    )
    seed: int = Field(0, description="Other seed, other messages.")

    @field_validator("size")
    @classmethod
    def _bearable(cls, size: int | None) -> int | None:
        if size is not None and size > LARGEST:
            raise wrong("too large a message", "at most 1MiB")
        return size


class Send(OnConnection):
    """Send one message, or many."""

    main_argument: ClassVar[str | None] = "text"
    one_of: ClassVar[tuple[str, ...]] = ("text", "texts", "made")
    step: Literal["send"] = Field("send", description="Which step this is.")
    text: str | None = Field(None, description="The text of the message.")
    texts: list[str] | None = Field(None, min_length=1, description="The texts of several messages.")
    made: Made | None = Field(None, description="Messages that the lab makes.")
    every: Milliseconds = Field(0.0, description="Time from one message to the next; all at once where 0ms.")

    @property
    def count(self) -> int:
        """How many messages it sends."""
        return self.made.count if self.made else len(self.texts or [""])

    @property
    def allowed_ms(self) -> float:
        """How long it may take: the pauses between the messages, and a second for every thousand."""
        return self.every * self.count + self.count
