"""Makes bad/: the smallest files we know that cross one line each: python bad.py (numpy 2, h5py 3).

What each must give stands in `tests/it/bad_files.rs`.
"""

import struct
from pathlib import Path

import h5py
import numpy as np

BAD = Path(__file__).parent / "bad"
BAD.mkdir(exist_ok=True)


def file(name, **options):
    return h5py.File(BAD / name, "w", **options)


def patched(name, source, *changes):
    """`source` with some bytes in place of others; each must be there."""
    data = bytearray((BAD / source).read_bytes())
    for old, new in changes:
        assert old in data and len(old) == len(new), (name, old)
        data = data.replace(old, new)
    (BAD / name).write_bytes(data)


def number(n):
    return struct.pack("<Q", n)


# Shapes: of the size of the address space and beyond, where none is asked for in the file.
for name, shape in [
    ("shape_2_pow_62.h5", (1 << 62,)),
    ("shape_overflows.h5", (1 << 31, 1 << 31, 1 << 31)),
    ("shape_of_nothing.h5", (0, 1 << 40)),
]:
    with file(name) as f:
        space = h5py.h5s.create_simple(shape)
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk(tuple(1 for _ in shape))
        h5py.h5d.create(f.create_group("vars").id, b"0", h5py.h5t.IEEE_F32LE, space, plist)

# Data that lie where the file ends, or beyond, or below where another's lie.
MARK = np.arange(1, 5, dtype="f4") * 1.25
with file("data.h5") as f:
    f["vars/0"] = MARK
    f["vars/1"] = MARK * 2
    first, second = (f[f"vars/{i}"].id.get_offset() for i in (0, 1))
size = (BAD / "data.h5").stat().st_size
patched("data_behind_the_end.h5", "data.h5", (number(second), number(size - 8)))
patched("data_far_behind_the_end.h5", "data.h5", (number(second), number((1 << 64) - 9)))
patched("data_that_overlap.h5", "data.h5", (number(second), number(first + 8)))
whole = (BAD / "data.h5").read_bytes()
(BAD / "data_cut_off.h5").write_bytes(whole[: second + 8])
(BAD / "data.h5").unlink()

# A chunk that is packed into less than it says, and one whose sum is wrong.
with file("chunk.h5") as f:
    f.create_dataset("vars/0", (1024,), "f4", chunks=(1024,), compression="gzip")
    f["vars/0"].id.write_direct_chunk((0,), __import__("zlib").compress(bytes(4 << 20)))
(BAD / "chunk.h5").rename(BAD / "chunk_of_4_mb_for_4_kb.h5")
with file("chunk.h5") as f:
    f.create_dataset("vars/0", (1024,), "f4", chunks=(1024,), compression="gzip")
    f["vars/0"].id.write_direct_chunk((0,), b"this is no zlib stream")
(BAD / "chunk.h5").rename(BAD / "chunk_that_is_not_packed.h5")
with file("chunk.h5") as f:
    f.create_dataset("vars/0", (4,), "f4", chunks=(4,), fletcher32=True)
    f["vars/0"].id.write_direct_chunk((0,), MARK.tobytes() + b"\0\0\0\0")
(BAD / "chunk.h5").rename(BAD / "chunk_with_another_sum.h5")

# Types that are no numbers.
with file("type_records.h5") as f:
    f["vars/0"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
with file("type_references.h5") as f:
    f["vars/0"] = np.array([f.ref], h5py.ref_dtype)
with file("type_lists.h5") as f:
    f.create_dataset("vars/0", (2,), h5py.vlen_dtype(np.float32))
with file("type_opaque.h5") as f:
    f["vars/0"] = np.zeros(2, "V7")
with file("type_long_double.h5") as f:
    f["vars/0"] = np.zeros(2, np.longdouble)
with file("type_null.h5") as f:
    f["vars/0"] = h5py.Empty("f4")

# Links that lead in circles, to nothing, and out of the file.
for name, latest in (("old", {}), ("new", {"libver": "latest"})):
    with file(f"links_in_a_circle_{name}.h5", **latest) as f:
        f["a"], f["b"] = h5py.SoftLink("/b"), h5py.SoftLink("/a")
    with file(f"link_to_itself_{name}.h5", **latest) as f:
        vars = f.create_group("vars")
        vars["vars"] = vars
    with file(f"link_to_passwd_{name}.h5", **latest) as f:
        f["vars"] = h5py.ExternalLink("/etc/passwd", "/")

# Names: of a thousand characters and more, and such as lead elsewhere in a file system.
with file("name_of_2000.h5") as f:
    f["v" * 2000] = np.float32(1)
with file("name_of_dots.h5") as f:
    f["vars/../0"] = np.float32(1)

# More axes than an array may have can't be written by HDF5; the most that can are read.
with file("rank_32.h5") as f:
    f["vars/0"] = np.zeros((1,) * 32, "f4")
