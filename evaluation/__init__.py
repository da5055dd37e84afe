"""What is measured of models, and of mmscrub itself."""
