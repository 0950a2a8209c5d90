"""Tests of the common library, on real servers."""
