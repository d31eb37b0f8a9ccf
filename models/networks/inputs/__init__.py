"""How ids become vectors: int32 [batch, time] -> [batch, time, features].

Where ids are letters, the vectors are those of the words they make up, fewer than there are ids.
"""
