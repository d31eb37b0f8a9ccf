"""The right labels of answers: told by those who asked, written down to be learned from."""
