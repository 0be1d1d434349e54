"""What people and machines are told: summary, table, JSON, page, metrics; no device and no CA."""
