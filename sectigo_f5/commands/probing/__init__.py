"""``probe``: the command that tries on a BIG-IP what the connector depends on, and what it asks before."""
