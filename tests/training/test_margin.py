import pytest

from training.margin import margin
from training.metric_names import METRIC_NAMES


@pytest.mark.parametrize("metric", METRIC_NAMES)
def test_a_margin_is_above_zero_where_ours_is_better(metric: str) -> None:
    better, worse = (0.1, 0.3) if metric == "ece" else (0.3, 0.1)
    assert margin(metric, better, worse) == pytest.approx(0.2)
    assert margin(metric, worse, better) == pytest.approx(-0.2)
