"""Why Certbot or the CA failed, in sentences that say what to do."""
