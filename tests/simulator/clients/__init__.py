"""Programs that drive a BIG-IP with clients written by others, unchanged; each is run in a process of its own."""
