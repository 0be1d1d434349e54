"""F5's iControl REST API: login, calls, retries, errors, transactions, files, the shell; nothing about certificates."""
