"""A page taken apart: its elements with their attributes and the text below each."""

from html.parser import HTMLParser

VOID = {"meta", "input", "line", "rect", "br", "link", "img"}

APART = {"td", "th", "dt", "dd", "li", "p", "div", "caption", "span"}
"""What a reader sees apart from what follows, whether or not there is a space between."""


class Page(HTMLParser):
    """The elements of a page with their attributes and the text below each; fails where tags do not match."""

    def __init__(self, text: str | bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[tuple[str, int]] = []
        self.feed(text.decode("utf-8") if isinstance(text, bytes) else text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        if tag not in VOID:
            self._open.append((tag, len(self.texts) - 1))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in APART:
            self.handle_data(" ")
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, place in self._open:
            self.texts[place] += data

    def all(self, tag: str, **wanted: str) -> list[tuple[dict[str, str | None], str]]:
        """Elements by tag and attributes, ``class_`` by one of its words, each with its text on one line."""
        return [
            (attributes, " ".join(text.split()))
            for (name, attributes), text in zip(self.elements, self.texts, strict=True)
            if name == tag
            and all(value in (attributes.get(key.rstrip("_")) or "").split() for key, value in wanted.items())
        ]

    def targets(self) -> list[str]:
        """Everything that the page links to or loads."""
        return [
            attributes[key] or "" for _, attributes in self.elements for key in ("href", "src") if key in attributes
        ]
