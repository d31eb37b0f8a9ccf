"""How the pooled features become one raw output a label: [batch, size] -> logits [batch, classes]."""
