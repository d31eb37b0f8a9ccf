"""Word segmenters for text written without spaces; each is imported when a rule names it."""

import warnings
from collections.abc import Callable, Iterable
from functools import cache

from models.errors import ConfigError
from models.text.spec import Segmenter

Segment = Callable[[str], Iterable[str]]


@cache
def load_segmenter(name: Segmenter) -> Segment:
    """A thread-safe function from a text to its pieces, which joined give the text again.

    Raises:
        ConfigError: the segmenter's package is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba is written for old Pythons
        try:
            from jieba import Tokenizer
        except ImportError as error:
            raise ConfigError(
                f'text.segmenter = "{name}" needs the package jieba, which is not installed; '
                "install it with pip install jieba, or leave the segmenter out."
            ) from error
        tokenizer = Tokenizer()
        # Not initialize(): it logs, and trusts a cache file that anyone may have put in the temporary folder.
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
    cut: Segment = tokenizer.cut
    return cut
