"""The composition root: the one place where everything meets."""
