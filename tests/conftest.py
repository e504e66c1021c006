"""What holds for every test: the settings of whoever runs them change nothing."""

import os
import tempfile

os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="voice-triage-settings-")
