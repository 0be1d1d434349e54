"""The full walk: each operation × each request of it × each fault, and one run more; ``python -m tests.walk``."""
