"""A saved model on a file of any size: ``engram score``. Bounded memory, several processes, resumable."""
