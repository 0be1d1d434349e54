"""Commands for those who work on the connector, and what they import."""
