"""The walk of ``probe``: what it leaves on a BIG-IP that fails at just this moment, and what its report says then."""
