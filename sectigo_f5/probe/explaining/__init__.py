"""What a report says to a person: which uncertain facts it settles, and what the connector does because of it."""
