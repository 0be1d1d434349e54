"""``probe``: what a BIG-IP answers to each call that the connector depends on, tried under scratch names alone."""
