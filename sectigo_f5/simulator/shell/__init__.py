"""``util/bash``, ``util/unix-*`` and the ``tmsh`` in it; no HTTP, and no rule of an object."""
