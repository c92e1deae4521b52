"""Kinds of index over unit vectors, by how many there are; the one user of FAISS."""
