"""What a report may hold, by its kind: an allow list of words, paths, types and values. Everything else is replaced."""
