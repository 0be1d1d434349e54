"""The trail: one line for each change on a BIG-IP or at the CA, which names the one before: none can be lost."""
