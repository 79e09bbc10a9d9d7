"""The media library: what the music folders hold, and which listen is of which recording."""
