"""What ``status`` shows: a row per certificate, what needs attention first, the table on a terminal and in a pipe."""
