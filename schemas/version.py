"""The one version number of every schema that mmscrub writes."""

SCHEMA_VERSION = "1.0"
