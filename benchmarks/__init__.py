"""What the connector costs, and beside it stock Certbot with certbot-bigip: ``python -m benchmarks``."""
