"""Virtual servers: how they are read, where they listen, and what answers first there."""
