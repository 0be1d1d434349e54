"""Steps 4 to 6: a password-protected key and its CSR, made on the BIG-IP; the key never leaves it."""
