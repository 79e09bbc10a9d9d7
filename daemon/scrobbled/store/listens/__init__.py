"""The listening history: tables, and the functions that read and write them."""
