"""Whose TLS certificates are trusted, for every request that is made, and why one is not."""
