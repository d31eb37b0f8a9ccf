"""Keeps TensorFlow's start-up chatter out of a person's terminal and a service's log."""

import os


def quiet_tensorflow() -> None:
    """Sets what must be in the environment before TensorFlow is first imported; a value already set stays."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN's kernels are no faster for the small products of a recurrent step, and round by batch size.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
