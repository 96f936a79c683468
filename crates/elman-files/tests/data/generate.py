"""Makes the files here that Keras does not: python generate.py (numpy 2, h5py 3, ml_dtypes)."""

import h5py
import ml_dtypes
import numpy as np

with h5py.File("types.h5", "w") as f:
    for dtype in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8".split():
        for order in "<>":
            f[f"{dtype}{'le' if order == '<' else 'be'}"] = np.array([[1, 2, 3]], order + dtype)
    f["bool"] = np.array([True, False])
    f["scalar"] = np.int64(7)
    f["empty"] = np.zeros((0, 3), "f4")
    f.create_dataset("packed", data=np.arange(1000, dtype="f4"), compression="gzip", shuffle=True)
    f.create_dataset("unwritten", (2, 2), "f4", fillvalue=0.5)

with h5py.File("soft_link.h5", "w") as f:
    f["vars/0"] = np.float32(1)
    f["vars/1"] = h5py.SoftLink("/vars/0")

with h5py.File("soft_link_new.h5", "w", libver="latest") as f:
    f["vars/0"] = np.float32(1)
    f["vars/1"] = h5py.SoftLink("/vars/0")

with h5py.File("external_link.h5", "w") as f:
    f["vars/0"] = h5py.ExternalLink("types.h5", "/f4le")

with h5py.File("external_data.h5", "w") as f:
    f.create_dataset("vars/0", (4,), "u1", external=[("/etc/passwd", 0, 4)])

with h5py.File("virtual.h5", "w") as f:
    layout = h5py.VirtualLayout((3,), "f4")
    layout[:] = h5py.VirtualSource("types.h5", "f4le", (1, 3))[0]
    f.create_virtual_dataset("vars/0", layout)

with h5py.File("text.h5", "w") as f:
    f["vars/0"] = "text"

with h5py.File("loop.h5", "w") as f:
    f["a"] = f["/"]
    f["padding"] = np.zeros(1000, "f4")

with h5py.File("wide.h5", "w") as f:
    below = f.create_group("0")
    f["1"] = below
    for _ in range(40):  # two ways down at each of 40 levels: 2^40 paths
        below["1"] = (next_ := below.create_group("0"))
        below = next_

with h5py.File("bomb.h5", "w") as f:
    f.create_dataset("vars/0", (1 << 40,), "f4")

with h5py.File("bomb_chunk.h5", "w") as f:
    f.create_dataset("vars/0", (4,), "f4", chunks=(1 << 29,), maxshape=(None,))

bf16 = np.array([1.5, -2.0], ml_dtypes.bfloat16)
np.savez(
    "numpy.npz",
    f=np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3)),
    be=np.arange(3, dtype=">i2"),
    bf16=bf16,
    half=np.float16([0.5]),
    flag=np.array([True]),
    scalar=np.float64(2.5),
    empty=np.zeros((2, 0), "u1"),
)
np.savez_compressed("packed.npz", x=np.zeros((100, 100), "f4"))
np.save("objects.npy", np.array([{}]), allow_pickle=True)
np.save("records.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))
