"""A demonstration on a private mpd and a made-up music library."""
