"""Questions over HTTP: how much of an answer is read, and where a redirect may lead."""
