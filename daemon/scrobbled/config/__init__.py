"""The configuration: YAML and environment as frozen, typed settings.

`model` holds what the settings are, `load` reads them, `schema` describes them to editors.
"""
