"""Every certificate and key on a BIG-IP, ours or not: where each is used, who could take the key, and what is wrong."""
