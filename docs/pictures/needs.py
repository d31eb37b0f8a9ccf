"""What the machine needs for some pictures."""

import shutil
import subprocess


def has_chinese_font() -> bool:
    """Whether fontconfig, which Chromium asks, knows a font for Chinese."""
    tool = shutil.which("fc-list")
    if tool is None:
        return False
    found = subprocess.run([tool, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())
