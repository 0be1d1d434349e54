"""``ltm``: virtual servers with their addresses, and the profiles that are attached to them."""
