//! Rows read where they lie are those of the whole file.

use elman_files::{Array, CsvRows, Error, NpyRows, csv, npy};

use crate::{Folder, assert_error};

/// Rows near and far, forwards and backwards, twice and none.
const PICKS: &[&[usize]] = &[&[0], &[3, 4, 5], &[5, 4, 0], &[2, 2, 3], &[1, 2, 5, 0, 1], &[]];

#[test]
fn npy_rows_are_those_of_the_array() {
    let folder = Folder::new("npy-rows");
    let array = Array::f32([6, 2, 3], (0..36).map(|i| i as f32).collect());
    for name in ["a.npy", "flat.npy"] {
        let path = folder.join(name);
        npy::write(&path, &array).unwrap();
        let mut rows = NpyRows::open(&path).unwrap();
        assert_eq!(rows.shape(), [6, 2, 3]);
        for pick in PICKS {
            let read = rows.read(pick).unwrap();
            assert_eq!(read.shape, [pick.len(), 2, 3]);
            let expected: Vec<f32> =
                pick.iter().flat_map(|r| array.to_f32()[6 * r..6 * r + 6].to_vec()).collect();
            assert_eq!(read.to_f32(), expected);
        }
    }
}

#[test]
fn files_without_rows_are_refused() {
    let folder = Folder::new("npy-no-rows");
    let path = folder.join("a.npy");
    npy::write(&path, &Array::f32([2, 2], vec![0.0; 4])).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let open = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        NpyRows::open(&path)
    };
    assert_error!("cut", open(&whole[..whole.len() - 1]), Error::NpySize { .. });
    assert_error!("cut header", open(&whole[..40]), Error::NotNpy { .. });
    assert_error!("none", open(b""), Error::NotNpy { .. });
    let fortran = String::from_utf8_lossy(&whole).into_owned();
    assert!(fortran.contains("False"));
    let fortran: Vec<u8> = {
        let at = whole.windows(5).position(|w| w == b"False").unwrap();
        [&whole[..at], b"True ", &whole[at + 5..]].concat()
    };
    assert_error!("fortran", open(&fortran), Error::NpyOrder { .. });
    npy::write(&path, &Array::f32([], vec![1.0])).unwrap();
    assert_error!("scalar", NpyRows::open(&path), Error::NpyOrder { .. });
    assert_error!("missing", NpyRows::open(&folder.join("b.npy")), Error::Io { .. });
}

#[test]
fn csv_rows_are_those_of_the_table() {
    let folder = Folder::new("csv-rows");
    let path = folder.join("a.csv");
    let texts = [
        "1,2\n3,4\n5,6\n7,8\n9,10\n11,12\n",
        "\u{feff}a,b\r\n1,2\r\n3,4\r\n\r\n5,6\r\n7,8\r\n\r\n\r\n9,10\r\n11,12",
        "\"x\",\"y, z\"\n \n1, 2\n3 ,4\n5,6\n\n7,8\n9,10\n11,1.2e1\n\n",
    ];
    for text in texts {
        std::fs::write(&path, text).unwrap();
        let whole = csv::read(&path).unwrap().to_f64();
        let mut rows = CsvRows::open(&path).unwrap();
        assert_eq!((rows.len(), rows.columns()), (6, 2));
        for pick in PICKS {
            let expected: Vec<f64> =
                pick.iter().flat_map(|r| whole[2 * r..2 * r + 2].to_vec()).collect();
            assert_eq!(rows.read(pick).unwrap().to_f64(), expected, "{text:?}");
        }
    }
}

#[test]
fn malformed_tables_are_found_when_they_are_opened() {
    let folder = Folder::new("csv-bad-rows");
    let path = folder.join("a.csv");
    let texts = ["1,2\n3\n", "a,b\n1,2,3\n", "1,\n", "1,a\n", "1\n\n\nx\n", "", "a,b\n"];
    for text in texts {
        std::fs::write(&path, text).unwrap();
        let streamed = CsvRows::open(&path).unwrap_err().to_string();
        assert_eq!(streamed, csv::read(&path).unwrap_err().to_string(), "{text:?}");
    }
}
