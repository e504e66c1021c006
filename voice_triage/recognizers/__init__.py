"""Speech recognisers: one file per engine, one contract, one registry."""

from voice_triage.recognizers.contract import (
    PhraseSource,
    StreamingRecognizer,
    UtteranceRecognizer,
)
from voice_triage.recognizers.registry import STREAMING, open_second_opinion, open_streaming

__all__ = [
    "STREAMING",
    "PhraseSource",
    "StreamingRecognizer",
    "UtteranceRecognizer",
    "open_second_opinion",
    "open_streaming",
]
