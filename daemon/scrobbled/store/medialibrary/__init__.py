"""The media library: tables, and the functions that read and write them."""
