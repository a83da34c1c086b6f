"""The transformer as ONNX: the exporter `onnx`, and the model backend `onnx` that plays what it exports."""
