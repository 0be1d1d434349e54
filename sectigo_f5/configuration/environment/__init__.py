"""The ``env`` file and the real environment: the ACME account, the log, the state directory, the way to the CA."""
