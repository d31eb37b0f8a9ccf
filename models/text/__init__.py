"""From a string to token ids: one rule, two implementations that agree on every string."""
