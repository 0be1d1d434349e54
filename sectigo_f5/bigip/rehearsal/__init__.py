"""Before an order: what steps 10 to 12 ask of the BIG-IP is tried without a certificate, and nothing of it stays."""
