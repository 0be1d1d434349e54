"""What a BIG-IP accepts, refuses and shows, one subject per file; no HTTP, no shell, and no file or key formats."""
