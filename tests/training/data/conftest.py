import gzip

import pytest


@pytest.fixture
def write(tmp_path):
    """Writes a data file; a name that ends in .gz is compressed."""

    def _write(name, content):
        content = content if isinstance(content, bytes) else content.encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return _write
