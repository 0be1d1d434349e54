"""What a BIG-IP holds of one kind of object: all of it where there is little, else what is asked for."""
