"""S3 servers for tests, and a proxy before them that does harm."""
