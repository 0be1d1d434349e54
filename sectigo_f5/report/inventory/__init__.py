"""What ``inventory`` shows: a row per certificate or key, in the order of attention, as table, CSV file or page."""
