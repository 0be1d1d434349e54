"""``METRICS_FILE`` for Prometheus: it tells of runs that fail, too, and of certificates that a run did not reach."""
