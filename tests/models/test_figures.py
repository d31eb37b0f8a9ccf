import pytest

from models.figures import in_percent, in_thousandths


@pytest.mark.parametrize(
    ("share", "percent", "thousandths"),
    [
        (0.88249, "88.2", "0.882"),
        (2959 / 3353, "88.2", "0.882"),
        (0.8825, "88.3", "0.883"),
        (0.88251, "88.3", "0.883"),
        (0.8835, "88.4", "0.884"),
        (0.9275, "92.8", "0.928"),
        (0.99949, "99.9", "0.999"),
        (0.9996, "100.0", "1.000"),
        (0.9 - 0.8975, "0.3", "0.003"),
        (0.0, "0.0", "0.000"),
        (1.0, "100.0", "1.000"),
    ],
)
def test_a_share_is_rounded_once_and_alike(share: float, percent: str, thousandths: str) -> None:
    assert in_percent(share) == percent
    assert in_thousandths(share) == thousandths


@pytest.mark.parametrize(
    ("difference", "points"),
    [(0.0144, "+1.4"), (-0.0144, "-1.4"), (-0.0025, "-0.3"), (0.0004, "0.0"), (-0.0004, "0.0")],
)
def test_a_difference_has_a_sign_unless_it_is_nothing(difference: float, points: str) -> None:
    assert in_percent(difference, signed=True) == points


def test_every_share_of_whole_rows_has_the_same_digits_in_both() -> None:
    for right in range(1201):
        share = right / 1200
        assert float(in_percent(share)) == pytest.approx(100 * float(in_thousandths(share)), abs=1e-9)
