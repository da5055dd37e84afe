"""What hiding facts does to what models give away: answers of every arm, by how much was hidden."""
