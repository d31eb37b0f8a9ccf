"""How a token id becomes a vector: ids int32 [batch, time] -> [batch, time, features]."""
