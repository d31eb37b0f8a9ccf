"""``python -m training VERB``."""

from training.cli.main import run

if __name__ == "__main__":
    run()
