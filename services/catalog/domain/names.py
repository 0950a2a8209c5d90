"""Names of music as they are compared, ordered and searched.

Everything here maps text to text. The results are stored beside the names,
so a change of these rules needs a migration that computes them anew.
"""

import re
import unicodedata

LONGEST_NAME = 255
LONGEST_PROSE = 4000
LONGEST_LYRICS = 100_000

MUSICBRAINZ_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ARTICLES = re.compile(r"(the|an|a) (?=\S)", re.IGNORECASE)
LATIN_MARKS = re.compile("[\u0300-\u036f]")
"""Accents of European scripts. Others stay: in Japanese a mark makes another consonant."""
IDEOGRAPHS = re.compile(
    "([\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff])"
)
PLAIN = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i",
        # quotation marks, then dashes
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u201c": '"', "\u201d": '"',
        "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    }
)  # fmt: skip
"""Letters and signs that Unicode does not take apart, and that people type plainly."""


def folded(name: str) -> str:
    """The name without case, accents, fancy signs and extra space: equal for equal names."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    bare = LATIN_MARKS.sub("", apart).translate(PLAIN)
    return " ".join(unicodedata.normalize("NFC", bare).split())


def searchable(*names: str) -> str:
    """Names as the search sees them: folded, and each ideograph a word of its own.

    Trigrams are taken within words; a Japanese title would otherwise be one
    long word of which no part could be found.
    """
    return " ".join(IDEOGRAPHS.sub(r" \1 ", folded(" ".join(names))).split())


def beginning(query: str) -> str:
    """How the sort key of a name begins that somebody starts to type."""
    begun = folded(query)
    article = ARTICLES.match(begun)
    return begun[article.end() :] if article else begun


def sort_name(name: str) -> str:
    """The name as shelves order it: "Beatles, The"."""
    article = ARTICLES.match(name)
    return f"{name[article.end() :]}, {article[1]}" if article else name


def tidy(text: str, longest: int = LONGEST_NAME) -> str:
    """Text from a tag made fit to keep: one line, composed, no control characters, not too long."""
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join(unicodedata.normalize("NFC", spaced).split(" ")).strip()[:longest].rstrip()


def tidy_prose(text: str, longest: int = LONGEST_PROSE) -> str:
    """Text of several lines from a tag made fit to keep."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")
    return kept.strip()[:longest]


def tidy_list(texts: list[str], most: int = 50) -> tuple[str, ...]:
    """Several names from tags, each once however it is written, in their order."""
    by_key = {folded(name): name for name in reversed([tidy(text) for text in texts]) if name}
    return tuple(reversed(by_key.values()))[:most]


def tidy_date(text: str) -> str:
    """A date from a tag as precise as it is sound: "1973", "1973-03", "1973-03-01", or nothing."""
    found = re.match(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?!\d)", text.strip())
    return "-".join(part for part in found.groups() if part) if found else ""


def tidy_musicbrainz_id(text: str) -> str:
    """A MusicBrainz id from a tag, or nothing where it is none."""
    lowered = text.strip().lower()
    return lowered if MUSICBRAINZ_ID.fullmatch(lowered) else ""
