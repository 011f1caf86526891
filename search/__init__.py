"""The documentary portal: one multilingual search over pages and documents, answered by either of two engines."""
