"""WAV previews: a soundfont on this computer plays takes and MIDI files."""
