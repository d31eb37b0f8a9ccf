"""``report/index.html``: the model card and report of a saved model, one self-contained page."""
