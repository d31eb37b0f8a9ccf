"""What a trained model is: its text rule, its network, and its use. This module imports nothing."""
