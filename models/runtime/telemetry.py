"""ONNX Runtime, imported so that it tells nobody of it: every import of it goes through here."""

import os
from typing import Any


def disable_telemetry() -> None:
    """Sets what must be in the environment before ONNX Runtime is first imported, whatever it was set to.

    Otherwise the import leaves an id of the device and a database of events below HOME, and a few seconds
    later looks up a host of its vendor's to send them to.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def import_onnxruntime() -> Any:
    """The module.

    Raises:
        ImportError: it is not installed, or broken.
    """
    disable_telemetry()
    import onnxruntime

    # In case somebody else's code had imported it before.
    onnxruntime.disable_telemetry_events()
    return onnxruntime
