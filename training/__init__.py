"""From labelled text to a saved model. Offline; the service never imports this."""
