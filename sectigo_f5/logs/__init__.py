"""How a line of the log looks, and where it goes: standard error, a file, syslog, the journal of systemd."""
