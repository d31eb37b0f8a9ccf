"""The two linear models that every run fits, and the values of C they try."""

from dataclasses import dataclass
from typing import Literal

from training.baselines.linear import Weighting

Solver = Literal["logistic regression", "linear SVM"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One kind of linear model.

    Attributes:
        key: in file names.
        name: for a person, without the longest gram and the solver.
        weighting: how a count becomes a value.
        longest: tokens in its longest gram.
        longest_by_character: the same where most tokens are single characters.
        logistic: values of C to try with logistic regression, ascending.
        svm: values of C to try with a support vector machine, ascending.
    """

    key: str
    name: str
    weighting: Weighting
    longest: int
    longest_by_character: int
    logistic: tuple[float, ...]
    svm: tuple[float, ...]

    def strengths(self, solver: Solver) -> tuple[float, ...]:
        """The values of C to try."""
        return self.logistic if solver == "logistic regression" else self.svm


TF_IDF = Recipe("tf-idf", "TF-IDF", "tf-idf", 2, 3, (1.0, 3.0, 10.0, 30.0), (0.1, 0.3, 1.0, 3.0))
NAIVE_BAYES = Recipe("naive-bayes", "NB-weighted", "binary", 3, 3, (0.1, 1.0, 20.0), (0.01, 0.1))
RECIPES = (TF_IDF, NAIVE_BAYES)

MIN_COUNT = 2
"""A gram counts when it stands in so many training texts."""
