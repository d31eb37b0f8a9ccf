from training.data.rows import Rows
from training.data.targets import label_indices, label_matrix, missed_labels, targets

ROWS = Rows(("a", "b", "c"), (("x",), ("new",), ("y",)), (None,) * 3)
MANY = Rows(("a", "b", "c"), (("x", "y"), (), ("new", "y")), (None,) * 3)


def test_a_label_that_train_lacks_equals_no_answer():
    assert label_indices(ROWS, ["x", "y"]).tolist() == [0, -1, 1]
    assert targets(ROWS, ["x", "y"], "classification").dtype == "int32"


def test_several_labels_are_ones_in_a_row():
    assert label_matrix(MANY, ["x", "y"]).tolist() == [[1, 1], [0, 0], [0, 1]]
    assert missed_labels(MANY, ["x", "y"]).tolist() == [0, 0, 1]
    assert targets(MANY, ["x", "y"], "multilabel").dtype == "float32"
