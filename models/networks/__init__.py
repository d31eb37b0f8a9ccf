"""Recurrent networks in Keras. Importing this package lets Keras load every model saved with it."""

from models.networks import registry as registry
from models.networks import tagger as tagger
from models.networks import weighted_sum as weighted_sum
