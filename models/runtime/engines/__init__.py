"""What computes a network's outputs. Each engine imports its library only when it is loaded."""
