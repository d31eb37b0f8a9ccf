"""Sides that read a text beside the recurrent one: ids and lengths -> logits [batch, classes]."""
