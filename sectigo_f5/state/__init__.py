"""What outlives a run, under STATE_DIR; nothing secret, and nothing that a site needs to stay up."""
