"""What a metric is called in front of a person."""

METRIC_NAMES = {
    "f1": "F1 of entities",
    "precision": "precision",
    "recall": "recall",
    "intent_accuracy": "intent accuracy",
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "micro_f1": "micro F1",
    "roc_auc": "ROC-AUC",
    "ece": "calibration error",
}
