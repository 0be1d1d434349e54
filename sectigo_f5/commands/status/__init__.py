"""``status``: what is in service, since when, and what needs attention; nothing is written to a device."""
