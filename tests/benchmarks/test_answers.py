"""What the comparison of engines calls equal."""

from benchmarks.answers import compare


def rows(*positive: float) -> list[dict[str, float]]:
    return [{"positive": p, "negative": 1 - p} for p in positive]


def test_the_largest_difference_and_the_share_of_equal_labels_are_found() -> None:
    found = {
        "savedmodel": rows(0.9, 0.2, 0.5001, 0.7),
        "onnx": rows(0.9, 0.2001, 0.5001, 0.7),
        "onnx-int8": rows(0.9, 0.2, 0.4999, 0.72),
    }
    (worst, same), (worst_int8, same_int8) = compare(found)["onnx"], compare(found)["onnx-int8"]
    assert abs(worst - 1e-4) < 1e-9
    assert same == 1.0
    assert abs(worst_int8 - 0.02) < 1e-9
    assert same_int8 == 0.75
