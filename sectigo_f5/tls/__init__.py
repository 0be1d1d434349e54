"""What a TLS client sees on a virtual server; nothing here changes it."""
