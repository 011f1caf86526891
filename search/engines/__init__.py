"""Two engines behind one protocol: Elasticsearch, and one that comes with the portal."""
