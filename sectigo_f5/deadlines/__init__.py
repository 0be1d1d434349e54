"""One limit of time for a whole exchange, whoever it is with."""
