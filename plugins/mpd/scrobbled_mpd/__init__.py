"""The MPD plugin: watches MPD by its own protocol."""
