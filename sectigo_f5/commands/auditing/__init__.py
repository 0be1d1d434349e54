"""``audit``: the trail, shown and verified; and the trail of a command that changes something."""
