"""A trained network in native ONNX operators. Imports neither TensorFlow nor Keras."""
