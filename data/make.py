"""Makes the data sets of this folder from the installed packages.

    pip install scikit-learn==1.9.1 statsmodels==0.15.0
    python make.py

The packages ship the data, so nothing is downloaded here. See README.md for
origin and licence.
"""

import csv
import datetime
import gzip
from pathlib import Path

import sklearn
import statsmodels

HERE = Path(__file__).resolve().parent
SKLEARN = Path(sklearn.__file__).parent / "datasets" / "data"
STATSMODELS = Path(statsmodels.__file__).parent / "datasets"


def write(name, header, rows):
    with open(HERE / name, "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


def digits():
    with gzip.open(SKLEARN / "digits.csv.gz", "rt") as f:
        rows = [[int(v) for v in row] for row in csv.reader(f)]
    assert len(rows) == 1797 and all(len(r) == 65 for r in rows)
    assert all(0 <= v <= 16 for r in rows for v in r[:64])
    assert {r[64] for r in rows} == set(range(10))
    header = [f"pixel_{row}_{col}" for row in range(8) for col in range(8)]
    write("digits.csv", header + ["label"], rows)


def mauna_loa_co2():
    with open(STATSMODELS / "co2" / "co2.csv") as f:
        rows = [[r["date"], r["co2"]] for r in csv.DictReader(f)]
    for row in rows:
        row[0] = datetime.datetime.strptime(row[0], "%Y%m%d").date()
        assert row[1] == "" or 300 < float(row[1]) < 400
    # Every week is present, so a gap is an empty cell and never a missing row.
    assert all(b[0] - a[0] == datetime.timedelta(7) for a, b in zip(rows, rows[1:]))
    write("mauna_loa_co2.csv", ["date", "co2"], rows)


def sunspots():
    with open(STATSMODELS / "sunspots" / "sunspots.csv") as f:
        rows = [[int(r["YEAR"]), r["SUNACTIVITY"]] for r in csv.DictReader(f)]
    assert [r[0] for r in rows] == list(range(1700, 2009))
    write("sunspots.csv", ["year", "sunspots"], rows)


if __name__ == "__main__":
    digits()
    mauna_loa_co2()
    sunspots()
