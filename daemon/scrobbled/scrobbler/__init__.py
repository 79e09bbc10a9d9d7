"""Capture: observations become sessions, sessions plays, plays rows; journal first."""
