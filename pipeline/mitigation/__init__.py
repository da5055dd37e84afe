"""Arms of a mitigation experiment: a disclosure and retention benchmark, treated in several ways."""
