"""What a device consists of: its objects, users, secrets, files and HA group; no rule that involves several objects."""
