"""What a report looks like as JSON: said once, for those who read one that a stranger has sent, and for its schema."""
