//! Parquet files that Arrow wrote, in row groups of four.

use elman_files::{Array, Data, Error, ParquetRows, read_array};

use crate::{Folder, assert_error, bytes, data};

const ROWS: usize = 10;

/// What `parquet.py` wrote: a table of seven columns, row by row.
fn table() -> Vec<f64> {
    let row = |i: usize| {
        let f = i as f64;
        let u64 = 2f64.powi(63) + 2048.0 * f;
        let u32 = f64::from(u32::MAX) - f;
        [
            f - 5.0,
            250.0 + (i % 6) as f64,
            u64,
            u32,
            f / 4.0,
            f * 1e-3,
            f64::from(u8::from(i.is_multiple_of(3))),
        ]
    };
    (0..ROWS).flat_map(row).collect()
}

#[test]
fn tables_are_read_whatever_packs_them() {
    for name in ["snappy.parquet", "lz4.parquet", "gzip.parquet"] {
        let whole = read_array(&data(name)).unwrap();
        assert_eq!(whole, Array { shape: vec![ROWS, 7], data: Data::F64(table()) }, "{name}");
        let mut rows = ParquetRows::open(&data(name)).unwrap();
        assert_eq!(rows.columns(), ["i32", "u8", "u64", "u32", "f32", "f64", "flag"]);
        for pick in [&[9, 0, 4, 3, 4][..], &[5], &[], &[3, 4, 7, 8]] {
            let expected: Vec<f64> =
                pick.iter().flat_map(|r| table()[7 * r..7 * r + 7].to_vec()).collect();
            assert_eq!(rows.read(pick).unwrap().to_f64(), expected, "{name}");
        }
    }
}

#[test]
fn what_is_no_table_of_numbers_is_refused() {
    let refused = |name: &str, word: &str| {
        let error = ParquetRows::open(&data(name))
            .and_then(|mut rows| rows.read(&(0..ROWS).collect::<Vec<_>>()));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(word) && error.contains(name), "{error}");
    };
    refused("text.parquet", "word");
    refused("time.parquet", "time");
    refused("list.parquet", "many");
    refused("nulls.parquet", "fill its nulls");
    refused("zstd.parquet", "zstd");
    // Rows before the null are there.
    let mut rows = ParquetRows::open(&data("nulls.parquet")).unwrap();
    assert_eq!(rows.read(&[3]).unwrap().to_f64()[7], 3.0);
}

/// Whatever is changed, an error or an array comes back; nothing panics, nothing exhausts memory.
#[test]
fn damaged_files_are_errors() {
    let folder = Folder::new("parquet");
    let path = folder.join("x.parquet");
    let whole = bytes("snappy.parquet");
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        read_array(&path)
    };
    assert_error!("none", read(b""), Error::Io { .. });
    assert_error!("cut", read(&whole[..whole.len() / 2]), Error::Io { .. });
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        if let Ok(array) = read(&changed) {
            assert_eq!(array.len(), array.shape.iter().product::<usize>());
        }
    }
}
