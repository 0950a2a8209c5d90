"""Compiles what the engine for processors needs: ``python -m services.synth.adapters.engines``."""

from services.synth.adapters.engines import EngineChoice, open_engine

if __name__ == "__main__":
    open_engine(EngineChoice(most_decks=1))
