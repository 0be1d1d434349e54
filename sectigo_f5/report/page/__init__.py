"""The page of ``status --html``: one file, with its own style and script, that asks nobody for anything."""
