"""The double fills in templates as the plugin does."""

import pytest
from tests.servers.jellyfin.dotnet import Value
from tests.servers.jellyfin.handlebars import BadTemplateError, compile_template

VALUES: dict[str, Value] = {"Name": 'Größe "1"', "IsPaused": True, "Empty": "", "Ticks": 12}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("plain", "plain"),
        ("{{Name}}", "Gr&#246;&#223;e &quot;1&quot;"),
        ("{{{Name}}}", 'Größe "1"'),
        ('{"P":{{IsPaused}},"T":{{ Ticks }}}', '{"P":True,"T":12}'),
        ("[{{Nothing}}{{{Nothing}}}]", "[]"),
        ("{{#if_equals IsPaused 'true'}}yes{{else}}no{{/if_equals}}", "yes"),
        ("{{#if_equals IsPaused 'False'}}yes{{else}}no{{/if_equals}}", "no"),
        ('{{#if_equals IsPaused "False"}}yes{{/if_equals}}', ""),
        ("{{#if_exist Empty}}a{{else}}b{{/if_exist}}{{#if_exist name}}c{{/if_exist}}", "bc"),
        ("{{#if_exist Name}}{{#if_exist Empty}}a{{/if_exist}}b{{/if_exist}}", "b"),
    ],
)
def test_templates_are_filled_in(template: str, filled: str) -> None:
    """Names, raw names and the plugin's two conditions, also one within the other."""
    assert compile_template(template)(VALUES) == filled


@pytest.mark.parametrize(
    "template",
    [
        "{{#if_exist Name}}",
        "{{#if_exist Name}}{{/if_equals}}",
        "{{/if_exist}}",
        "{{#each Name}}{{/each}}",
        "{{#if_equals Name}}{{/if_equals}}",
    ],
)
def test_templates_that_cannot_be_read_are_refused(template: str) -> None:
    """A test must not pass because a template said nothing."""
    with pytest.raises(BadTemplateError):
        compile_template(template)
