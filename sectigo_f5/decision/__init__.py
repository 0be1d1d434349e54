"""Step 3, pure: what is due, and what may change on a virtual server; nothing here talks to anybody."""
