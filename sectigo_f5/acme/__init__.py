"""Steps 7 to 9: the CA, through Certbot as a program of its own; nothing of BIG-IP's REST API."""
