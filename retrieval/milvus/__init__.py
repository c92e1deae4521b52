"""Vectors and words of a snapshot on a Milvus server: Milvus Lite, Standalone or Distributed, by the same code."""
