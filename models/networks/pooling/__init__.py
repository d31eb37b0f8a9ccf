"""How the states of a text become one vector.

Each layer is called with states [batch, time, size] and lengths int32 [batch], reads the first ``length``
states of a row only, and gives the zero vector for a row of length 0.
"""
