"""Long runs: an hour of conversation, ten minutes on devices, an hour of other people's talk in standby."""
