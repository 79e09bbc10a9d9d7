"""Text as people write it, made comparable: version 1 of the normalisation.

Two spellings that a person would call the same name get the same key. Nothing is taken away that
tells recordings apart: "(Live)", "(X Remix)", "Part 2" stay in the key.
"""

import hashlib
import html
import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

NORM_VERSION = 1
"""Stored beside every key; raised whenever `normalise` or `romanise` gives another result."""

KEY_LENGTH = 190
"""Characters that a key column holds (the index limit of MariaDB's older row formats)."""

_HEAD = 157
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ACRONYM = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}")
_SHARP = re.compile(r"(?<![^\W\d_])#")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPELLINGS = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u02b9\u2032\u00b4`\uff07", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    "\u00d7": "x",
    "\U0001f174": " ",  # the "explicit" mark that some services put behind titles
}
_SPELLING_TABLE = str.maketrans(_SPELLINGS)
_KEPT_SYMBOLS = frozenset("+$%#")
_DROPPED_SYMBOLS = frozenset("\u00a9\u00ae")
_ASCII_TABLE = {
    code: None if chr(code) == "'" else " "
    for code in range(128)
    if not chr(code).isalnum() and chr(code) not in _KEPT_SYMBOLS
} | {ord("&"): " and "}


@lru_cache(maxsize=65_536)
def normalise(text: str) -> str:
    """The key of a title or a name: equal for spellings that mean the same.

    HTML entities are resolved, compatibility forms, case, quotes, dashes and spacing unified,
    invisible characters dropped, punctuation turned into spaces ("AC/DC" is "ac dc", "R.E.M." is
    "rem", "Don't" is "dont", "&" is "and"). Accents stay; see `romanise`. A text made of nothing
    but punctuation keeps it ("!!!", "+"). Empty only for texts of spaces and invisible characters.
    Applying it again changes nothing.
    """
    plain = _plain(text)
    words = _words(plain)
    if words:
        return words
    return "".join(plain.split())


@lru_cache(maxsize=65_536)
def romanise(text: str) -> str:
    """A second key in Latin letters without accents: "ПОШЛАЯ МОЛЛИ" is "poshlaya molli".

    Equal to `normalise` for plain ASCII; "" where nothing can be written in Latin letters. The
    first character of each script makes anyascii load its table from disk.
    """
    key = normalise(text)
    return key if key.isascii() else normalise(anyascii(key))


def shorten_key(key: str) -> str:
    """`key`, or if it is longer than a key column its head and a hash of all of it."""
    if len(key) <= KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{key[:_HEAD]}~{digest[:32]}"


def brief(text: str, most: int = 200) -> str:
    """`text` as it is shown to people: cut, with an ellipsis, if it is longer than `most`."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def key_of(text: str) -> str:
    """`normalise` in the length of a key column: what `*_normalized` columns hold."""
    return shorten_key(normalise(text))


def escape_undecodable(text: str) -> str:
    r"""`text` with bytes that were no UTF-8 written `\xNN`, and without NULs.

    Python keeps such bytes as lone surrogates (PEP 383); no database stores those.
    """
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else _SURROGATE.sub(_written_out, text)


def nfc_stripped(text: str) -> str:
    """`text` as it is stored and shown: NFC, no NULs or lone surrogates, no space around."""
    text = escape_undecodable(text).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text).strip()


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"  # noqa: PLR2004 (PEP 383's range)


def _plain(text: str) -> str:
    """Case, compatibility forms, quotes and dashes unified; invisible characters dropped."""
    if "&" in text:
        text = _unescaped(text)
    if text.isascii():
        text = text.lower()
        return text if text.isprintable() else "".join(map(_visible, text))
    for _ in range(4):
        before = text
        text = "".join(map(_visible, text.translate(_SPELLING_TABLE)))
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        if text == before:
            break
    return text


def _unescaped(text: str) -> str:
    """Entities resolved, however often they were escaped; "AT&T" and "R&Bull" are none."""
    while (shorter := _ENTITY.sub(lambda found: html.unescape(found[0]), text)) != text:
        text = shorter
    return text


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    if character.isprintable():
        return "" if "\ufe00" <= character <= "\ufe0f" else character
    return " " if unicodedata.category(character) == "Zs" else ""


def _words(plain: str) -> str:
    """The letters, digits and telling symbols of `plain`, in words parted by single spaces."""
    if "." in plain:
        plain = _ACRONYM.sub(lambda found: found[0].replace(".", ""), plain)
    if "#" in plain:
        plain = _SHARP.sub(" ", plain)
    plain = plain.translate(_ASCII_TABLE) if plain.isascii() else "".join(map(_kept, plain))
    return " ".join(plain.split())


def _kept(character: str) -> str:
    if character.isalnum() or character in _KEPT_SYMBOLS:
        return character
    if character == "'":
        return ""
    if character == "&":
        return " and "
    category = unicodedata.category(character)
    telling = category[0] == "M" or category in {"So", "Sc", "No", "Nl"}
    return character if telling and character not in _DROPPED_SYMBOLS else " "
