"""ONNX Runtime as we want it: one thread, no memory kept in reserve, not a word to anyone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def session(path: Path) -> Any:
    """Open a network. Raises ImportError without onnxruntime, and its own errors for what it cannot run."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # from 1.29 on its wheels would call their makers
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_reuse = False  # planning it takes longer than opening all the rest, and saves nothing
    if os.name == "posix":  # Windows could not remove a file that is mapped
        for entry in ("use_memory_mapped_ort_model", "use_ort_model_bytes_for_initializers"):
            options.add_session_config_entry(f"session.{entry}", "1")  # of .ort files: never copied
    options.log_severity_level = 4  # it would write over the captions
    return onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
