"""Steps 2, 4 to 6 and 10 to 12: what is done on a BIG-IP for a certificate; what is due is decided elsewhere."""
