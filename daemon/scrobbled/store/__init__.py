"""The store: the only package that knows SQLAlchemy; synchronous, on threads of its own."""
