"""The synth: endless music, composed and rendered while it plays.

Owns      live streams: their log of changes, their snapshots, and who renders them, in NATS
Answers   tutti.synth.v1.SynthService
Announces frames of sound on NATS core, tutti.synth.v1.pcm.<stream>
Listens   to who hears a stream, tutti.synth.v1.heard.<stream>
"""
