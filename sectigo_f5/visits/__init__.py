"""The logins of a run: which of them meet at one BIG-IP, in what order their certificates come, and how one ends."""
