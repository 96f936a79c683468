"""*.parquet: tables that Arrow wrote. python parquet.py, with pyarrow 26."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
N = 10


def table(**more):
    columns = {
        "i32": pa.array(range(-5, N - 5), pa.int32()),
        "u8": pa.array(range(250, 250 + 6), pa.uint8()).take(pa.array([i % 6 for i in range(N)])),
        "u64": pa.array([2**63 + 2048 * i for i in range(N)], pa.uint64()),
        "u32": pa.array([2**32 - 1 - i for i in range(N)], pa.uint32()),
        "f32": pa.array([i / 4 for i in range(N)], pa.float32()),
        "f64": pa.array([i * 1e-3 for i in range(N)], pa.float64()),
        "flag": pa.array([i % 3 == 0 for i in range(N)], pa.bool_()),
        **more,
    }
    return pa.table(columns)


def write(name, table, **arguments):
    pq.write_table(table, HERE / name, row_group_size=4, store_schema=False, **arguments)


if __name__ == "__main__":
    write("snappy.parquet", table(), compression="snappy")
    write("lz4.parquet", table(), compression="lz4", data_page_version="2.0")
    write("gzip.parquet", table(), compression="gzip", use_dictionary=False)
    write("zstd.parquet", table(), compression="zstd")
    write("nulls.parquet", table(gap=pa.array([None if i == 6 else i for i in range(N)], pa.float64())))
    write("text.parquet", table(word=pa.array(["a"] * N)))
    write("time.parquet", table(time=pa.array(range(N), pa.timestamp("ms"))))
    write("list.parquet", table(many=pa.array([[1.0, 2.0]] * N)))
