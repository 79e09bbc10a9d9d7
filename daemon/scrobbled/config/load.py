"""Finding, reading and checking the configuration; every problem is reported at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from scrobbled.config.checks import cross_check
from scrobbled.config.context import LoadContext
from scrobbled.config.defaults import fill_in
from scrobbled.config.document import Document, read_document
from scrobbled.config.environment import overlay
from scrobbled.config.file import SYSTEM_FILE, find_file, read_text
from scrobbled.config.model import Settings, settings_model
from scrobbled.config.problems import Explainer
from scrobbled.config.report import Report


def load_settings(
    path: Path | None,
    plugin_settings: Mapping[str, type[BaseModel]],
    environ: Mapping[str, str],
    *,
    unavailable: Mapping[str, str] | None = None,
) -> Settings:
    """Reads the configuration; changes nothing anywhere.

    Args:
        path: the file to read; None searches for one and does without if there is none.
        plugin_settings: the model of the sources of each type.
        environ: the process's environment.
        unavailable: for types whose plugin was found but cannot be used, a sentence that says why.

    Raises:
        ConfigurationError: holds everything that is wrong.
    """
    file = path or find_file(environ)
    document = Document() if file is None else read_document(read_text(file))
    report = Report(file, document)
    data = _mapping(document, report)
    given, misspelt = overlay(data, environ)
    system_wide = file is not None and file == SYSTEM_FILE
    filled_in = fill_in(data, environ, plugin_settings, system_wide=system_wide)
    report.origins = filled_in | given
    report.lines += misspelt
    report.add_all(cross_check(data))
    model = settings_model(plugin_settings)
    try:
        settings = model.model_validate(data, context=LoadContext(environ, file))
    except ValidationError as error:
        explainer = Explainer(model, data, plugin_settings, unavailable or {})
        report.add_all(explainer.explain(error.errors(include_url=False)))
        raise report.error() from None
    if report.has_problems:
        raise report.error()
    return settings


def _mapping(document: Document, report: Report) -> dict[str, Any]:
    """The document's top level.

    Raises:
        ConfigurationError: it is no YAML or no mapping, so that nothing more can be said.
    """
    if isinstance(document.data, dict):
        return document.data
    if document.data is None and not document.flaws:
        return {}
    if document.data is not None:
        report.add_top("must be a mapping of keys to values, such as `users:`")
    raise report.error()
