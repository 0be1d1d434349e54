"""Collections of objects: asked for in pages, whatever a BIG-IP makes of the options."""
