"""What an operator types, one file per command; what a command does to a certificate is in the steps below it."""
