"""Whether a player can play what there is, and what to make of it where it cannot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.gateway.domain.sounds.choosing import Source, Target
from services.gateway.domain.sounds.formats import CD_BITS, RATES_HZ, STEPS_KBPS, STEREO, Format
from services.gateway.domain.sounds.players import Limits, Player, Profile, Property, same_container

HTTP = "http"
STUDIO_BITS = 24


@dataclass(frozen=True, slots=True)
class Decision:
    """What a player is to do."""

    obstacles: Sequence[str]
    """Why it cannot play the source, by each of the ways in which it might; empty: it can."""
    target: Target | None
    """What can be made for it."""


def decided(source: Source, player: Player) -> Decision:
    """What a player is to do with a source."""
    obstacles = [_obstacle(source, player, way) for way in player.plays]
    can = not all(obstacles) and bool(obstacles)
    reasons = [each for each in obstacles if each] or ["NoDirectPlayProfile"]
    return Decision([] if can else reasons, _target(source, player))


def known_properties(source: Source) -> dict[Property, int]:
    """What is known of a source that a player may have limits for."""
    return {
        Property.CHANNELS: source.channels,
        Property.BITRATE: source.original.bitrate_kbps * 1000,
        Property.RATE: source.sample_rate_hz,
        Property.DEPTH: source.bit_depth,
    }


def properties_of(source: Source, target: Target) -> dict[Property, int]:
    """The same of what is made; 0 is unknown, or has no meaning for it."""
    format_ = target.format
    channels = source.channels if format_.lossless else min(source.channels, STEREO)
    depth = (source.bit_depth or CD_BITS) if format_.lossless else 0
    return {
        Property.CHANNELS: target.channels or channels,
        Property.BITRATE: target.kbps * 1000,
        Property.RATE: target.sample_rate_hz or format_.own_rate_hz(source.sample_rate_hz),
        Property.DEPTH: target.bit_depth or depth,
    }


def _obstacle(source: Source, player: Player, way: Profile) -> str:
    bps = source.original.bitrate_kbps * 1000
    checks = (
        ("ProtocolNotSupported", not way.protocols or HTTP in way.protocols),
        ("ContainerNotSupported", same_container(source.container, way.containers)),
        ("AudioCodecNotSupported", not way.codecs or source.original.codec in way.codecs),
        ("AudioChannelsNotSupported", source.channels <= (way.most_channels or source.channels)),
        ("AudioBitrateNotSupported", bps <= (player.most_bps or bps)),
    )
    failed = next((name for name, passed in checks if not passed), "")
    limits = player.limits_of(source.original.codec)
    return failed or limits.broken_by(known_properties(source))


def _target(source: Source, player: Player) -> Target | None:
    wanted = list(player.takes)
    if not source.lossless:  # coded without loss it only grows: that is for who takes nothing else
        wanted.sort(key=lambda profile: any(each.lossless for each in profile.formats))
    for profile in wanted:
        for format_ in profile.formats:
            target = _within_limits(source, player, profile, format_)
            if target:
                return target
    return None


def _within_limits(
    source: Source, player: Player, profile: Profile, format_: Format
) -> Target | None:
    """The best of one format that a player takes, or None."""
    limits = player.limits_of(format_.codec)
    most_bps = player.most_transcoded_bps or player.most_bps
    if format_.lossless and most_bps and source.original.bitrate_kbps * 1000 > most_bps:
        return None
    plain = Target(format_, format_.kbps_within(0))
    own = properties_of(source, plain)
    most_channels = profile.most_channels or own[Property.CHANNELS] or STEREO
    target = replace(
        plain,
        kbps=_first(limits, Property.BITRATE, _steps_bps(format_, most_bps)) // 1000,
        sample_rate_hz=_first(
            limits, Property.RATE, (own[Property.RATE], *format_.rates_hz(RATES_HZ))
        ),
        channels=_first(
            limits,
            Property.CHANNELS,
            [each for each in (own[Property.CHANNELS], STEREO, 1) if each <= most_channels],
        ),
        bit_depth=_first(limits, Property.DEPTH, (own[Property.DEPTH], STUDIO_BITS, CD_BITS))
        if format_.lossless
        else 0,
    )
    made = properties_of(source, target)
    if limits.broken_by(made) or (most_bps and made[Property.BITRATE] > most_bps):
        return None
    return _as_is(target, own)


def _as_is(target: Target, own: dict[Property, int]) -> Target:
    """Without what would be so anyway, so that it is the same as what others ask for."""
    return replace(
        target,
        sample_rate_hz=_unless(target.sample_rate_hz, own[Property.RATE]),
        channels=_unless(target.channels, own[Property.CHANNELS]),
        bit_depth=_unless(target.bit_depth, own[Property.DEPTH]),
    )


def _unless(value: int, own: int) -> int:
    return 0 if value == own else value


def _steps_bps(format_: Format, most_bps: int) -> list[int]:
    if format_.lossless:
        return [0]
    best_kbps = format_.kbps_within(most_bps // 1000)
    return [step * 1000 for step in reversed(STEPS_KBPS) if step <= best_kbps]


def _first(limits: Limits, which: Property, candidates: Iterable[int]) -> int:
    """The first that keeps all limits, those too that need not be kept; else the first."""
    values = [value for value in candidates if value] or [0]
    return next((value for value in values if limits.allow(which, value)), values[0])
