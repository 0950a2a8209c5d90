"""One quantum of all decks: notes, the room, and the master."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from services.synth.adapters.engines.layout import BLOCK, BLOCKS, ECHO_LEVEL
from services.synth.adapters.engines.torched.effects import chorused, echoes, returned, room
from services.synth.adapters.engines.torched.master import Master
from services.synth.adapters.engines.torched.reverb import reverberation
from services.synth.adapters.engines.torched.strikes import play_strikes
from services.synth.adapters.engines.torched.tables import Mood, Tables
from services.synth.adapters.engines.torched.voices import play_voices

if TYPE_CHECKING:
    from services.synth.adapters.engines.layout import Instruments
    from services.synth.adapters.engines.torched.memory import Ringing


class Players:
    """What plays, on one device."""

    def __init__(self, instruments: Instruments, device: torch.device) -> None:
        self._tables = Tables(instruments, device)
        self._master = Master(device, self._tables.curves)

    def quantum(
        self,
        lanes: tuple[torch.Tensor | None, torch.Tensor | None],
        told: torch.Tensor,
        ringing: Ringing,
    ) -> torch.Tensor:
        """Play a quantum, and remember in ``ringing`` where it ended: (deck, 2, QUANTUM).

        Parameters
        ----------
        lanes
            Of voices and of strikes, where there are any: (deck, lane, FIELDS).
        told
            How things stand: (deck, block, MOOD).
        ringing
            Of these decks.
        """
        mood, (voices, strikes) = Mood(told), lanes
        silence = told.new_zeros((len(told), 2, BLOCKS, BLOCK))
        dry = chorus = echo = reverb = silence
        if voices is not None:
            heard = play_voices(voices, mood, ringing, self._tables)
            dry, chorus, echo, reverb = heard.unbind(1)
        if strikes is not None:
            heard = play_strikes(strikes, mood, ringing, self._tables)
            dry, echo, reverb = (
                bus + more for bus, more in zip((dry, echo, reverb), heard.unbind(1), strict=True)
            )
        dry = dry + chorused(chorus, mood, ringing, self._tables)
        late = echoes(mood, ringing, self._tables)
        dry = dry + room(mood, ECHO_LEVEL) * late
        sent = returned(late, (echo, reverb), mood, ringing)
        dry = dry + reverberation(sent, mood, ringing, self._tables)
        return self._master.mastered(dry, mood, ringing)
