"""What is measured: devices and what is on them, the connector, stock Certbot, and the sites that both enrol."""
