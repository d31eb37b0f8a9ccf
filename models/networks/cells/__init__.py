"""Recurrent layers: [batch, time, features] -> states [batch, time, size].

A layer must be causal: its output at step t depends on its inputs up to t only. Then padding at the end of a
row cannot change what stands before it, and no layer needs a mask.
"""
