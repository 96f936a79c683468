//! Many arrays in one pass through their file, which may be summed on the way.
//!
//! A large file is read faster than memory is: what counts is how often each byte is touched. Here
//! it is copied once, into a block that stays in the processor's cache, is summed there, and goes
//! from there to its place; several threads share the file.

use std::io;

use crc32fast::Hasher;

use super::bytes::Bytes;
use crate::raw::{self, Endian, Kind};

/// How many bytes are read at once: few enough for a processor's own cache.
const BLOCK: usize = 1 << 17;

/// Fewer bytes aren't worth a thread.
const LEAST: u64 = 1 << 20;

/// Where the elements of an array lie in the file, in turn, and where they go.
pub(crate) struct Run<'a, T> {
    pub(super) at: u64,
    pub(super) kind: Kind,
    pub(super) endian: Endian,
    pub(super) to: &'a mut [T],
}

/// What a pass has seen.
pub(crate) struct Seen {
    /// The CRC-32 of all bytes, if that was asked for.
    pub(crate) sum: Option<u32>,
    /// Whether all numbers that were read are finite.
    pub(crate) is_finite: bool,
}

/// Fills the runs, on so many threads at most; with `sums`, reads all bytes.
pub(crate) fn read<T: Send>(
    bytes: &Bytes,
    mut runs: Vec<Run<T>>,
    sums: bool,
    threads: usize,
    convert: impl Fn(f32) -> T + Copy + Send + Sync,
) -> io::Result<Seen> {
    runs.retain(|run| !run.to.is_empty());
    runs.sort_by_key(|run| run.at);
    let mut seen = Seen { sum: None, is_finite: true };
    let (mut is_first, mut rest) = (true, runs);
    // Arrays that share bytes take a pass each.
    while is_first || !rest.is_empty() {
        let (pieces, overlapping) = pieces(bytes.len(), rest, sums && is_first);
        let of_pass = one_pass(bytes, pieces, sums && is_first, threads, convert)?;
        seen.sum = seen.sum.or(of_pass.sum);
        seen.is_finite &= of_pass.is_finite;
        (is_first, rest) = (false, overlapping);
    }
    Ok(seen)
}

/// So many bytes from a place on, and the array that they are.
struct Piece<'a, T> {
    at: u64,
    len: u64,
    run: Option<Run<'a, T>>,
}

impl<'a, T> Piece<'a, T> {
    /// Its first bytes, at most so many, and the others. An element is not cut.
    fn split(self, most: u64) -> (Piece<'a, T>, Piece<'a, T>) {
        let size = self.run.as_ref().map_or(1, |run| run.kind.size());
        let len = most.min(self.len) / size as u64 * size as u64;
        let (at, rest) = (self.at + len, self.len - len);
        let (head, tail) = match self.run {
            None => (None, None),
            Some(Run { at: start, kind, endian, to }) => {
                // Fits: it is at most the length of a slice.
                let (head, tail) = to.split_at_mut(len as usize / size);
                let run = |at, to| Some(Run { at, kind, endian, to });
                (run(start, head), run(at, tail))
            }
        };
        (Piece { at: self.at, len, run: head }, Piece { at, len: rest, run: tail })
    }
}

/// What is to be read, in the order of the file and, if it is `whole`, all of it; and the runs that
/// overlap with others.
fn pieces<T>(len: u64, runs: Vec<Run<T>>, whole: bool) -> (Vec<Piece<T>>, Vec<Run<T>>) {
    let (mut pieces, mut overlapping, mut end) = (Vec::new(), Vec::new(), 0);
    let gap = |at, end| Piece { at, len: end - at, run: None };
    for run in runs {
        let (at, size) = (run.at, run.to.len() as u64 * run.kind.size() as u64);
        if at < end {
            overlapping.push(run);
            continue;
        }
        if whole && at > end {
            pieces.push(gap(end, at));
        }
        pieces.push(Piece { at, len: size, run: Some(run) });
        end = at.saturating_add(size);
    }
    if whole && len > end {
        pieces.push(gap(end, len));
    }
    (pieces, overlapping)
}

fn one_pass<T: Send>(
    bytes: &Bytes,
    pieces: Vec<Piece<T>>,
    sums: bool,
    threads: usize,
    convert: impl Fn(f32) -> T + Copy + Send + Sync,
) -> io::Result<Seen> {
    let mut shares = shares(pieces, threads).into_iter();
    let work = move |share| read_share(bytes, share, sums, convert);
    let first = shares.next().unwrap_or_default();
    let parts = std::thread::scope(|scope| {
        let others: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
        let mut parts = vec![work(first)];
        let failed = || Err(io::Error::other("a thread that reads has failed"));
        parts.extend(others.into_iter().map(|other| other.join().unwrap_or_else(|_| failed())));
        parts
    });
    let (mut sum, mut is_finite) = (Hasher::new(), true);
    for part in parts {
        let (of_part, finite) = part?;
        sum.combine(&of_part);
        is_finite &= finite;
    }
    Ok(Seen { sum: sums.then(|| sum.finalize()), is_finite })
}

/// The pieces in order, in as many lists of about as many bytes as there are threads.
fn shares<T>(pieces: Vec<Piece<T>>, threads: usize) -> Vec<Vec<Piece<T>>> {
    let total: u64 = pieces.iter().map(|piece| piece.len).sum();
    let threads = (total / LEAST).clamp(1, threads.max(1) as u64);
    let share = total.div_ceil(threads);
    let (mut shares, mut current, mut room) = (Vec::new(), Vec::new(), share);
    for mut piece in pieces {
        while piece.len > room && (shares.len() as u64) < threads - 1 {
            let (head, tail) = piece.split(room);
            current.push(head);
            shares.push(std::mem::take(&mut current));
            (piece, room) = (tail, share);
        }
        room = room.saturating_sub(piece.len);
        current.push(piece);
    }
    shares.push(current);
    shares
}

fn read_share<T>(
    bytes: &Bytes,
    pieces: Vec<Piece<T>>,
    sums: bool,
    convert: impl Fn(f32) -> T + Copy,
) -> io::Result<(Hasher, bool)> {
    let (mut sum, mut is_finite) = (Hasher::new(), true);
    let longest = pieces.iter().map(|piece| piece.len).max().unwrap_or(0);
    let mut block = vec![0; BLOCK.min(usize::try_from(longest).unwrap_or(BLOCK))];
    for mut piece in pieces {
        while piece.len > 0 {
            let (head, tail) = piece.split(BLOCK as u64);
            let part = &mut block[..head.len as usize];
            bytes.read(head.at, part)?;
            if sums {
                sum.update(part);
            }
            if let Some(Run { kind, endian, to, .. }) = head.run {
                is_finite &= raw::decode_into(kind, endian, part, to, convert);
            }
            piece = tail;
        }
    }
    Ok((sum, is_finite))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<'a>(at: u64, to: &'a mut [f32]) -> Run<'a, f32> {
        Run { at, kind: Kind::F32, endian: Endian::Little, to }
    }

    #[test]
    fn every_byte_is_summed_and_every_number_gets_to_its_place() {
        let numbers: Vec<f32> = (0..1_500_000).map(|i| (i as f32).sin()).collect();
        let raw: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        let bytes = Bytes::new([&[7; 3][..], &raw, &[9; 5]].concat());
        let sum = crc32fast::hash(&[&[7; 3][..], &raw, &[9; 5]].concat());
        for threads in [1, 2, 3, 16] {
            let (mut a, mut b, mut c) = (vec![0.0; 1_000_000], vec![0.0; 400_000], vec![0.0; 1000]);
            // The last shares bytes with the first.
            let runs =
                vec![run(3 + 4 * 1_050_000, &mut b), run(3, &mut a), run(3 + 4 * 999_500, &mut c)];
            let seen = read(&bytes, runs, true, threads, |v| v).unwrap();
            assert!(seen.sum == Some(sum) && seen.is_finite, "{threads} threads");
            assert!(a == numbers[..1_000_000] && b == numbers[1_050_000..1_450_000]);
            assert!(c == numbers[999_500..1_000_500]);
            let seen = read(&bytes, vec![run(3, &mut a)], false, threads, |v| v).unwrap();
            assert!(seen.sum.is_none() && a == numbers[..1_000_000]);
        }
        assert!(read(&bytes, vec![run(bytes.len() - 4, &mut [0.0; 2])], true, 2, |v| v).is_err());
        let nothing = read::<f32>(&Bytes::new(Vec::new()), Vec::new(), true, 2, |v| v).unwrap();
        assert_eq!(nothing.sum, Some(0));
    }
}
