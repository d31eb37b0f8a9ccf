import pytest

from models.errors import DataError
from training.config_file import parse_config
from training.data.dataset import load_dataset

TRAIN = "text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(40))


def config(folder, task="classification", **data):
    return parse_config({"name": "x", "task": task, "data": {"train": "train.csv"} | data}, folder=folder)


@pytest.fixture
def load(write, tmp_path):
    def _load(train=TRAIN, test=None, **data):
        write("train.csv", train)
        if test is not None:
            write("test.csv", test)
            data["test"] = "test.csv"
        return load_dataset(config(tmp_path, **data))

    return _load


def test_shares_are_taken_out_of_train(load):
    dataset = load()
    assert {name: len(rows) for name, rows in dataset.parts.items()} == {"train": 32, "dev": 4, "test": 4}
    assert dataset.labels == ("a", "b")
    assert dataset.warnings == ()
    texts = [text for rows in dataset.parts.values() for text in rows.texts]
    assert sorted(texts) == sorted(f"text {i}" for i in range(40))


def test_rows_drawn_apart_repeat_train_where_texts_are_equal(write, tmp_path):
    write("train.csv", "text,label\n" + "".join(f"text {i % 20},{'ab'[i % 2]}\n" for i in range(40)))
    for equal_texts, repeated in (("together", 0), ("apart", 4)):
        dataset = load_dataset(config(tmp_path, dev=0.1, test="none", equal_texts=equal_texts))
        assert len(dataset.dev) == 4
        assert sum(text in dataset.train.texts for text in dataset.dev.texts) == repeated


def test_a_file_of_its_own_leaves_train_whole_but_for_dev(load):
    dataset = load(test="text,label\nanother,a\nlast,b\n", dev=0.1)
    assert {name: len(rows) for name, rows in dataset.parts.items()} == {"train": 36, "dev": 4, "test": 2}
    assert dataset.test.texts == ("another", "last")


def test_without_test_there_are_two_parts(write, tmp_path):
    write("train.csv", TRAIN)
    assert list(load_dataset(config(tmp_path, test="none")).parts) == ["train", "dev"]


def test_skipped_rows_are_counted_by_file(load):
    dataset = load(train=TRAIN + ",a\nx,\n", test="text,label\ny,a\n,b\nz,b\n")
    assert dataset.skipped == {"train: no label": 1, "train: no text": 1, "test: no text": 1}


def test_a_label_that_train_lacks_is_named_and_its_rows_stay(load):
    dataset = load(test="text,label\none,a\ntwo,new\nthree,new\nfour,newer\n")
    assert len(dataset.test) == 4
    assert dataset.labels == ("a", "b")
    assert dataset.warnings == (
        'test: the label "new" (2 rows) does not occur in train; these rows count as wrong.',
        'test: the label "newer" (1 row) does not occur in train; this row counts as wrong.',
    )


def test_a_label_nearly_as_one_of_train_is_named_with_it(load):
    train = "text,label\n" + "".join(f"row {n},{'good' if n % 2 else 'bad'}\n" for n in range(20))
    (warning, *_) = load(train=train, test="text,label\none,good\ntwo,Bad\n").warnings
    assert warning.endswith('counts as wrong (is "bad" meant?).')


def test_a_file_of_which_no_label_is_known_is_refused(load):
    with pytest.raises(DataError, match="No label of test occurs in train") as caught:
        load(test="text,label\none,c\ntwo,d\n")
    assert 'test has "c", "d"; train has "a", "b".' in str(caught.value)


def test_a_test_file_of_one_label_is_a_warning(load):
    assert load(test="text,label\none,a\ntwo,a\n").warnings == ('test: every row has the label "a".',)


def test_one_class_is_refused(load):
    with pytest.raises(DataError, match=r'train\.csv: every training row has the label "a"') as caught:
        load(train="text,label\n" + "".join(f"text {i},a\n" for i in range(40)))
    assert caught.value.exit_code == 2


def test_too_few_rows_for_a_share_are_refused(load):
    with pytest.raises(DataError, match=r"data\.dev = 0\.1 of 3 training rows gives no row"):
        load(train="text,label\na,x\nb,y\nc,x\n")


def test_multilabel_rows_may_share_one_label(write, tmp_path):
    rows = "".join(f"text {i},{'joy' if i % 2 else '[]'}\n".replace("joy", '"[""joy""]"') for i in range(40))
    write("train.csv", "text,labels\n" + rows)
    assert load_dataset(config(tmp_path, task="multilabel")).labels == ("joy",)


def test_the_fingerprint_is_that_of_rows_and_parts(load):
    first = load()
    assert first.fingerprint == load().fingerprint
    assert len(first.fingerprint) == 64
    assert first.fingerprint != load(train=TRAIN.replace("text 7,", "text 7!,")).fingerprint
    assert first.fingerprint != load(train=TRAIN.replace("text 7,b", "text 7,a")).fingerprint
    assert first.fingerprint != load(dev=0.2).fingerprint
