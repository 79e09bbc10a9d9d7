"""Answers for people: frozen dataclasses, read only."""
