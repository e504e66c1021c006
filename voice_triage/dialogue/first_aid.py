"""What to do while waiting for help, per red flag: ids of prompts, in the order of the doing.

Sources: clinical-spec (petechiae, sepsis); St John Ambulance and British Red Cross first-aid advice
(breathing, seizure, stroke, unresponsive, recovery position); NHS anaphylaxis (lie flat, auto-injector);
Meningitis Now and UK Sepsis Trust (do not wait for the rash). No medicine and no dose is named but
the patient's own prescribed inhaler or injector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BREATHING = ("aid.sit_up", "aid.loosen", "aid.own_inhaler", "aid.stops_breathing")
SWELLING = ("aid.own_injector", "aid.lie_flat", "aid.sit_if_breathless", "aid.no_food")
SEIZURE = ("aid.clear_space", "aid.do_not_hold", "aid.time_it", "aid.on_side")
DROWSY = ("aid.rest_on_side", "aid.watch_breathing", "aid.no_food", "aid.stops_breathing")
SPEECH = ("aid.note_time", "aid.no_food", "aid.side_if_drowsy", "aid.watch_breathing")
CONFUSED = ("aid.keep_calm", "aid.watch_breathing", "aid.no_food", "aid.if_sleepy")
MENINGITIS = ("aid.say_meningitis", "aid.do_not_wait", "aid.watch_awake", "aid.dim_light")
SEPSIS = ("aid.say_sepsis", "aid.do_not_wait", "aid.watch_awake", "aid.note_time")
CRY = ("aid.say_baby", "aid.watch_breathing", "aid.watch_awake")
GENERAL = ("aid.watch_awake", "aid.watch_breathing", "aid.no_food", "aid.if_sleepy")
GOING = ("aid.go_now", "aid.no_driving", "aid.bring_medicines", "aid.worse_call")
WOUNDS = ("aid.cover_wounds", "aid.go_now", "aid.no_driving", "aid.worse_call")

BY_CAUSE: Mapping[str, Sequence[str]] = {
    "difficulty_breathing": BREATHING,
    "difficulty_swallowing": BREATHING,
    "facial_swelling": SWELLING,
    "seizure": SEIZURE,
    "drowsy_or_unresponsive": DROWSY,
    "difficulty_speaking": SPEECH,
    "confusion": CONFUSED,
    "stiff_neck": MENINGITIS,
    "light_sensitivity": MENINGITIS,
    "severe_headache": MENINGITIS,
    "non_blanching_rash": MENINGITIS,
    "purpuric_rash": MENINGITIS,
    "bulging_fontanelle": CRY,
    "unusual_cry": CRY,
    "mottled_or_blue_skin": SEPSIS,
    "whole_body_rash": GOING,
    "no_urine": GOING,
    "painful_rash": GOING,
    "open_wounds": WOUNDS,
    "emergency_signs": GENERAL,
}


def first_aid(causes: Sequence[str], action: str | None) -> tuple[str, ...]:
    """Return the prompts for the most pressing of ``causes``; at most five, the table's order first."""
    for cause, prompts in BY_CAUSE.items():
        if cause in causes:
            return tuple(prompts)
    return GOING if action == "go" else SEPSIS
