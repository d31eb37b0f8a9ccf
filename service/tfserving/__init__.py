"""TensorFlow Serving's REST API in plain values: its requests read, its replies built. Knows no Flask."""
