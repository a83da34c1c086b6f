"""MIDI files in and out: a reader that survives any file, an exporter, and a picture of the music."""
