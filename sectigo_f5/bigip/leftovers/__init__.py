"""What runs that died have left on a BIG-IP, and what nobody needs any more: found by our names, and deleted."""
