"""Fine-tuning the text encoder on people's own choices: ``python -m hourtrail_training.finetune DATA --out FOLDER``."""
