"""The Open Inference Protocol, version 2 (kserve/open-inference-protocol), in plain values."""
