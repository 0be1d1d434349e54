"""``inventory``: every certificate and key on every configured BIG-IP, ours or not; nothing is written to a device."""
