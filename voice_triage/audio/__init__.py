"""Sound in and out: files, echo, voice activity, the player, the simulated room and the real devices."""
