"""What an earlier version left on a BIG-IP and in STATE_DIR is taken over."""
