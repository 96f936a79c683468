"""Types; written by python/make_stubs.py."""




from ..utils import pad_sequences as pad_sequences
__all__ = ['pad_sequences']
