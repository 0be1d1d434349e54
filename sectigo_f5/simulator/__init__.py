"""A BIG-IP to try and test against: an island that imports nothing of the connector."""
