"""``discover``: the command for a BIG-IP of which no YAML file tells yet, and its login."""
