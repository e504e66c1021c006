"""Text to sound: the assistant's voice, and the callers' voices of the scenario files."""
