"""Torch modules as RTNeural models: `psychoscore_rtneural.writing.to_rtneural` and the exporter `rtneural`."""
