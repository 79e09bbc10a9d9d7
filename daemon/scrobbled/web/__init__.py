"""HTTP: the health page, and the socket by which commands reach a running daemon."""
