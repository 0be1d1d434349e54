"""What people and machines read about a run: summary, table, JSON, page, metrics; no device and no CA."""
