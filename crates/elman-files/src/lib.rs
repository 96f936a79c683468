//! The file formats of elman: .keras archives, HDF5, npy, npz and csv, without a C library.
