"""Plain text from what authors write, which may be HTML and may be anything."""

import re
from html.parser import HTMLParser

_MARKUP = re.compile(
    r"</?[a-zA-Z][^<>]{0,2000}>|<!--|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});"
)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure"),
        *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav"),
        *("ol", "p", "pre", "section", "table", "tr", "ul"),
    )
)
_UNSEEN = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "iframe", "object"}
)
_LONGEST_MARKUP = 16
"""Times as long as its text may be what is read of it: markup is longer than words."""


def plain(text: str, most: int) -> str:
    """The words alone, in lines, at most so many characters."""
    read = text[: most * _LONGEST_MARKUP]
    if _MARKUP.search(read):
        reader = _Words()
        reader.feed(read)
        reader.close()
        read = "".join(reader.words)
    lines = [" ".join(_printable(line).split()) for line in read.splitlines()]
    return _cut(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), most)


def plain_line(text: str, most: int) -> str:
    """The words alone, in one line, at most so many characters."""
    return _cut(" ".join(plain(text, most * 2).split()), most)


class _Words(HTMLParser):
    """Collects what a browser would show as text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Begin a line where the author did, and look away where nothing is to be seen."""
        if tag in _BLOCKS:
            self.words.append("\n")
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in _BLOCKS and tag != "br":
            self.words.append("\n")
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        """Keep words; line breaks of HTML are spaces."""
        if not self._unseen:
            self.words.append(data.replace("\n", " "))


def _printable(line: str) -> str:
    """Without what steers terminals, turns the direction of writing or is no character at all."""
    return "".join(char if char.isprintable() else " " for char in line)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
