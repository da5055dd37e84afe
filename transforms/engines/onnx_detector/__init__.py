"""Any object detector in an ONNX file, for faces and plates."""
