"""The embedded sentence embedder: MiniLM as ONNX, its export script and the engine that runs it."""
