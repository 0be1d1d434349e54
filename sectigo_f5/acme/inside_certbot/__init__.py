"""What runs in Certbot's process, started by its Python: it imports nothing of the connector."""
