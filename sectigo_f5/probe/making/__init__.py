"""What several questions make: keys, CSRs, certificates by a CA of our own, and pairs of them."""
