"""What else on a BIG-IP bears on a pair: what hangs on its certificate, and what else refers to it."""
