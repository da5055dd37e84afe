"""Statistics that tell memory from chance in the scores a model gives to canaries of a watermarked split."""
