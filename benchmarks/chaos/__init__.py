"""Whether requests are answered, and rightly, while everything beside them changes."""
