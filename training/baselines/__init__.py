"""Linear models of n-grams, fitted in every run: the line a recurrent network has to beat."""
