"""Clients of a BIG-IP: third-party ones, unchanged and each in its own process, and ours in the style of others."""
