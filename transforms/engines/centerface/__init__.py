"""The embedded face detector: CenterFace as ONNX and the engine that runs it."""
