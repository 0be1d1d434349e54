"""Certificates, CSRs and their revocation; nothing of BIG-IP or of Certbot."""
