"""iControl REST over HTTPS: URLs, queries and answers; what a device accepts or refuses is decided further down."""
