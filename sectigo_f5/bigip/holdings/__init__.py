"""What a BIG-IP is and holds, as one login has read it: all of what is little, of the rest what is asked for."""
