"""Every question, by theme: what it asks, what may be found, and whose words are noted."""
