"""What the word vectors of a network start from, other than chance."""
