"""What a device consists of: objects, users, secrets, files, HA group; no rules about particular kinds of objects."""
