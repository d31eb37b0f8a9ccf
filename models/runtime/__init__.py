"""A trained model in use: opened, checked, asked. Imports neither TensorFlow nor Keras at module level."""
