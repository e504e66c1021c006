"""What scripts/train_network is made of."""
