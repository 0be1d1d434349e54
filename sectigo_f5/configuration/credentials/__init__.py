"""The user name and password of a BIG-IP: written in the YAML, in a file of their own, or printed by a program."""
