"""F5's iControl REST API: calls, patience, errors, transactions, files, the shell; nothing of certificates."""
