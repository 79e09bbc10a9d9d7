"""As much of Handlebars.Net and of the plugin's own words as templates for webhooks need.

`{{Name}}` (HTML escaped), `{{{Name}}}` (as it is), `{{#if_equals A 'b'}}…{{else}}…{{/if_equals}}`
(letters of either case) and `{{#if_exist A}}…{{else}}…{{/if_exist}}`. A name that is not there
is empty. https://github.com/jellyfin/jellyfin-plugin-webhook#template
"""

import re
from collections.abc import Callable, Mapping
from functools import partial

from tests.servers.jellyfin.dotnet import Value, html_legacy, text_of

_TAG = re.compile(r"\{\{\{(?P<raw>[^{}]+)\}\}\}|\{\{(?P<tag>[^{}]+)\}\}")
_WORD = re.compile(r"""'([^']*)'|"([^"]*)"|(\S+)""")

Piece = Callable[[Mapping[str, str]], str]


class BadTemplateError(ValueError):
    """The template uses what the plugin would not understand, or this double does not."""


def compile_template(template: str) -> Callable[[Mapping[str, Value]], str]:
    """A template, ready to be filled in.

    Raises:
        BadTemplateError: it cannot be read.
    """
    tokens = _tokens(template)
    pieces, ended_by = _pieces(tokens)
    if ended_by is not None:
        raise BadTemplateError(ended_by)

    def fill(values: Mapping[str, Value]) -> str:
        # The plugin's dictionary does not tell upper from lower case.
        texts = {name.lower(): text_of(value) for name, value in values.items()}
        return "".join(piece(texts) for piece in pieces)

    return fill


def _tokens(template: str) -> list[tuple[str, str]]:
    tokens, end = [], 0
    for found in _TAG.finditer(template):
        tokens.append(("text", template[end : found.start()]))
        raw = found["raw"]
        tokens.append(("tag", found["tag"].strip()) if raw is None else ("raw", raw.strip()))
        end = found.end()
    tokens.append(("text", template[end:]))
    tokens.reverse()
    return tokens


def _pieces(tokens: list[tuple[str, str]]) -> tuple[list[Piece], str | None]:
    """Reads up to the end of a block, and says which word ended it."""
    pieces: list[Piece] = []
    while tokens:
        kind, content = tokens.pop()
        if kind == "text":
            pieces.append(partial(_text, content))
        elif kind == "raw":
            pieces.append(partial(_raw, content.lower()))
        elif content.startswith("#"):
            pieces.append(_block(content[1:], tokens))
        elif content == "else" or content.startswith("/"):
            return pieces, content
        else:
            pieces.append(partial(_escaped, content.lower()))
    return pieces, None


def _text(text: str, _values: Mapping[str, str]) -> str:
    return text


def _raw(name: str, values: Mapping[str, str]) -> str:
    return values.get(name, "")


def _escaped(name: str, values: Mapping[str, str]) -> str:
    return html_legacy(values.get(name, ""))


def _block(head: str, tokens: list[tuple[str, str]]) -> Piece:
    helper, _, rest = head.partition(" ")
    words = [next(filter(None, groups), "") for groups in _WORD.findall(rest)]
    test = _condition(helper, words)
    when, ended_by = _pieces(tokens)
    otherwise: list[Piece] = []
    if ended_by == "else":
        otherwise, ended_by = _pieces(tokens)
    if ended_by != f"/{helper}":
        raise BadTemplateError(f"{head} ends with {ended_by}")

    def fill(values: Mapping[str, str]) -> str:
        return "".join(piece(values) for piece in (when if test(values) else otherwise))

    return fill


def _condition(helper: str, words: list[str]) -> Callable[[Mapping[str, str]], bool]:
    if helper == "if_equals" and len(words) == 2:
        name, wanted = words[0].lower(), words[1].lower()
        return lambda values: values.get(name, "").lower() == wanted
    if helper == "if_exist" and len(words) == 1:
        return lambda values: bool(values.get(words[0].lower(), ""))
    raise BadTemplateError(f"{helper} {words}")
