"""What a run is: config, readers, the graph, writers, manifest, report."""
