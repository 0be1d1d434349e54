"""``discover``: from what a BIG-IP serves today to the YAML file that would take it over; nothing is written to it."""
