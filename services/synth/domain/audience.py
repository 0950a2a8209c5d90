"""Who listens to which stream, by what those say who forward it."""

from dataclasses import dataclass, field

KEPT_S = 15.0
"""How long a word counts: those who forward say it every 5 s, and one may be lost."""


@dataclass(slots=True)
class Audience:
    """Remembers for each stream who said when that how many listen."""

    _said: dict[str, dict[str, tuple[int, float]]] = field(default_factory=dict)
    _last_s: dict[str, float] = field(default_factory=dict)

    def say(self, stream_id: str, by: str, listeners: int, now_s: float) -> None:
        """Take note of what was said."""
        self._said.setdefault(stream_id, {})[by] = (listeners, now_s)
        if listeners > 0:
            self._last_s[stream_id] = now_s

    def count(self, stream_id: str, now_s: float) -> int:
        """All who listen to a stream now."""
        said = self._said.get(stream_id, {}).values()
        return sum(listeners for listeners, at_s in said if now_s - at_s < KEPT_S)

    def last_s(self, stream_id: str, now_s: float) -> float:
        """When somebody last listened: now, earlier, or minus infinity where nobody did."""
        if self.count(stream_id, now_s):
            return now_s
        return self._last_s.get(stream_id, float("-inf"))

    def forget(self, now_s: float) -> None:
        """Drop what counts no more."""
        for stream_id, said in list(self._said.items()):
            for by in [by for by, (_, at_s) in said.items() if now_s - at_s >= KEPT_S]:
                del said[by]
            if not said:
                del self._said[stream_id]
        hour_s = 3600.0
        for stream_id in [each for each, at_s in self._last_s.items() if now_s - at_s > hour_s]:
            del self._last_s[stream_id]
