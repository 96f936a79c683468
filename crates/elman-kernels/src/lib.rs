//! The numeric kernels of elman: packed recurrent layers forward and backward, GEMM, activations, threads.
