"""``util/bash``, ``util/unix-*`` and ``tmsh`` in them; no HTTP, and no rules about objects."""
