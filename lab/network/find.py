"""Finding a text in a body that comes in pieces."""


class Find:
    """Replaces a text wherever it stands in a body, however that is cut; holds only its beginning back."""

    def __init__(self, find: bytes, put: bytes, *, once: bool = False, ignore_case: bool = False) -> None:
        """Prepare for one body.

        Args:
            find: What is looked for; not empty.
            put: What takes its place.
            once: Only its first occurrence.
            ignore_case: ASCII letters match whichever their case.
        """
        self._find = find.lower() if ignore_case else find
        self._put = put
        self._once = once
        self._ignore_case = ignore_case
        self._held = b""
        self.found = 0
        """How often it was found so far."""

    def __call__(self, data: bytes) -> list[bytes]:
        """The pieces that go on."""
        text = self._held + data
        out = b""
        while not (self._once and self.found):
            at = self._folded(text).find(self._find)
            if at < 0:
                break
            out += text[:at] + self._put
            text = text[at + len(self._find) :]
            self.found += 1
        keep = self._beginning(text) if data and not (self._once and self.found) else 0
        self._held = text[len(text) - keep :]
        out += text[: len(text) - keep]
        return [out] if out else []

    def _folded(self, text: bytes) -> bytes:
        return text.lower() if self._ignore_case else text

    def _beginning(self, text: bytes) -> int:
        """How many bytes at the end of ``text`` may be the beginning of what is looked for."""
        text = self._folded(text)
        longest = min(len(self._find) - 1, len(text))
        return next((size for size in range(longest, 0, -1) if text.endswith(self._find[:size])), 0)
