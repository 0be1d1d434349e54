"""Reports of probes: one per simulated release, and those that come back from real BIG-IPs; see README.md here."""
