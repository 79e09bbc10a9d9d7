"""scrobbled: keeps a household's complete music listening history."""
