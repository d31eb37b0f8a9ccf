"""Training of networks that give every token a tag, and with task = "joint" the whole text an intent."""
