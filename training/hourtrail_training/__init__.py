"""How trust is earned: export, fit, calibrate and evaluate. The only place that writes mlflow runs."""
