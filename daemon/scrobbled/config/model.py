"""The whole configuration as one frozen model."""

from collections.abc import Mapping
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, NoReturn, Protocol, cast, runtime_checkable

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    InstanceOf,
    PrivateAttr,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from scrobbled.config.context import LoadContext, wrong
from scrobbled.config.database import DatabaseSettings
from scrobbled.config.paths import AbsolutePath
from scrobbled.config.section import Section
from scrobbled.config.sections import (
    AnalyzerSettings,
    CountingSettings,
    LibrarySettings,
    LogSettings,
    UserSettings,
    WebSettings,
)


@runtime_checkable
class SourceEntry(Protocol):
    """What the settings of every source have, whatever plugin's model they are of."""

    @property
    def type(self) -> str:
        """The plugin's type, such as `mpd`."""
        ...

    @property
    def name(self) -> str:
        """The person's name for it, unique among the sources of its type."""
        ...

    @property
    def user(self) -> str | None:
        """Whose plays these are; None for the first user."""
        ...


def _at_least_one(users: tuple[UserSettings, ...]) -> tuple[UserSettings, ...]:
    if not users:
        raise wrong("needs at least one user: leave it out for one with your login name")
    return users


class Settings(Section):
    """The configuration of scrobbled.

    Each of `sources` is an instance of the model of its type's plugin.

    Attributes:
        state_dir: the journal, the control socket and, by default, the database are kept here.
        database: where the listening history and the media library are kept.
        web: the HTTP server.
        users: the people whose plays are kept; the first is the default.
        sources: the media servers whose plays are captured.
        library: the music files of the household.
        analyzer: the linking of listens to the library's tracks.
        counting: when a play counts as a listen.
        log: what the daemon writes to its standard error.
    """

    state_dir: AbsolutePath
    database: DatabaseSettings
    web: WebSettings = Field(default_factory=WebSettings)
    users: Annotated[
        tuple[UserSettings, ...],
        AfterValidator(_at_least_one),
        Field(json_schema_extra={"minItems": 1}),
    ]
    sources: tuple[InstanceOf[SourceEntry], ...]
    library: LibrarySettings = Field(default_factory=LibrarySettings)
    analyzer: AnalyzerSettings = Field(default_factory=AnalyzerSettings)
    counting: CountingSettings = Field(default_factory=CountingSettings)
    log: LogSettings = Field(default_factory=LogSettings)

    _source_file: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Remembers the file that the validation was for."""
        if isinstance(context, LoadContext):
            self._source_file = context.file

    @property
    def source_file(self) -> Path | None:
        """The file that was read; None when these are the built-in defaults."""
        return self._source_file

    @property
    def default_user(self) -> UserSettings:
        """Whose plays those are that name nobody."""
        return self.users[0]


class _SourceOfType:
    """Annotates a list's entries: each is validated by the model that its `type` names."""

    def __init__(self, models: Mapping[str, type[BaseModel]]) -> None:
        self._models = models

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        if not self._models:
            return core_schema.no_info_plain_validator_function(_refuse_any_source)
        choices = {name: handler.generate_schema(model) for name, model in self._models.items()}
        return core_schema.tagged_union_schema(choices=choices, discriminator="type")

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) if self._models else {"not": {}}


def _refuse_any_source(_value: Any) -> NoReturn:
    raise wrong("no plugin is installed that could watch it")


def settings_model(plugin_settings: Mapping[str, type[BaseModel]]) -> type[Settings]:
    """`Settings` whose sources are checked by the plugins' own models, given by type."""
    return _settings_model(tuple(sorted(plugin_settings.items(), key=itemgetter(0))))


@cache
def _settings_model(plugin_settings: tuple[tuple[str, type[BaseModel]], ...]) -> type[Settings]:
    """The same class for the same plugins, so that settings can be compared."""
    entry = Annotated[BaseModel, _SourceOfType(dict(plugin_settings))]
    model = create_model(
        "Settings", __base__=Settings, __doc__=Settings.__doc__, sources=(tuple[entry, ...], ...)
    )
    return cast("type[Settings]", model)
