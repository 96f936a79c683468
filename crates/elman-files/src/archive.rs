//! Zip archives in memory, through the `zip` crate: the one file that knows it.

use std::io::{Cursor, Read, Seek, Write};
use std::ops::Range;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::error::{Error, Result};
use crate::limits::{
    DATA_FLOOR_BYTES, EXPANSION_FLOOR_BYTES, MAX_DATA_EXPANSION, MAX_EXPANSION, MAX_MEMBER_BYTES,
    MAX_MEMBERS, MAX_NAME_BYTES,
};

/// What an archive holds, which says how many times larger than it that may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Model,
    Data,
}

/// The members of an archive, named and measured but not unpacked.
pub(crate) struct Members<'a, R> {
    file: &'a str,
    zip: ZipArchive<R>,
    /// The bytes of the archive.
    stored: u64,
    /// Names in the order of the archive, folders left out.
    names: Vec<(usize, String)>,
}

impl<'a> Members<'a, Cursor<&'a [u8]>> {
    /// Opens an archive in memory and checks what its directory declares.
    pub(crate) fn open(bytes: &'a [u8], file: &'a str, holds: Holds) -> Result<Self> {
        Members::read_from(Cursor::new(bytes), bytes.len() as u64, file, holds)
    }
}

impl<'a, R: Read + Seek> Members<'a, R> {
    /// Opens an archive of so many bytes and checks what its directory declares.
    pub(crate) fn read_from(
        mut reader: R,
        stored: u64,
        file: &'a str,
        holds: Holds,
    ) -> Result<Self> {
        let mut head = Vec::new();
        let read = reader.by_ref().take(8).read_to_end(&mut head);
        read.and_then(|_| reader.rewind()).map_err(|e| Error::io(file, "read", e))?;
        if !head.starts_with(b"PK") {
            return Err(Error::NotAnArchive { file: file.to_owned(), found: kind_of(&head) });
        }
        let zip = ZipArchive::new(reader).map_err(|e| corrupt(file, "", e))?;
        if zip.len() > MAX_MEMBERS {
            return Err(Error::TooMany {
                file: file.to_owned(),
                what: "members in the archive",
                count: zip.len(),
                limit: MAX_MEMBERS,
            });
        }
        let mut members = Members { file, zip, stored, names: Vec::new() };
        let mut total = 0u64;
        for index in 0..members.zip.len() {
            total = total.saturating_add(members.check(index)?);
        }
        // The sum: members may share their stored bytes.
        if total > MAX_MEMBER_BYTES.min(holds.allowed(stored)) {
            return Err(Error::Bomb {
                file: file.to_owned(),
                what: "the archive".to_owned(),
                declared: total,
                stored,
            });
        }
        Ok(members)
    }

    /// Checks one entry of the directory, notes its name and returns its unpacked size.
    fn check(&mut self, index: usize) -> Result<u64> {
        let file = self.file;
        let entry = self.zip.by_index_data(index).map_err(|e| corrupt(file, "", e))?;
        let raw = String::from_utf8_lossy(entry.name_raw());
        let short: String = raw.chars().take(80).collect();
        let name = entry.name().map_err(|e| corrupt(file, &short, e))?.into_owned();
        if name.len() > MAX_NAME_BYTES {
            return Err(Error::TooLarge {
                file: file.to_owned(),
                what: format!("the name of member {short:?}"),
                bytes: name.len() as u64,
                limit: MAX_NAME_BYTES as u64,
            });
        }
        if !is_inside(&name) {
            return Err(Error::UnsafeMember { file: file.to_owned(), member: name });
        }
        let reason = if entry.encrypted() {
            "encrypted".to_owned()
        } else if entry.is_symlink() {
            "a link".to_owned()
        } else {
            match entry.compression() {
                CompressionMethod::Stored | CompressionMethod::Deflated => String::new(),
                other => format!("packed with method {other}"),
            }
        };
        if !reason.is_empty() {
            return Err(Error::UnsupportedMember { file: file.to_owned(), member: name, reason });
        }
        let declared = entry.size();
        if declared > MAX_MEMBER_BYTES {
            return Err(Error::TooLarge {
                file: file.to_owned(),
                what: format!("member {name:?}"),
                bytes: declared,
                limit: MAX_MEMBER_BYTES,
            });
        }
        if !entry.is_dir() {
            self.names.push((index, name));
        }
        Ok(declared)
    }

    /// The bytes of the archive.
    pub(crate) fn stored(&self) -> u64 {
        self.stored
    }

    /// Every name, in the archive's order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(_, name)| name.as_str())
    }

    /// The bytes of a member, unpacked, as the archive declares them.
    pub(crate) fn size(&mut self, name: &str) -> u64 {
        let index = self.names.iter().find(|(_, n)| n == name).map(|(index, _)| *index);
        index.and_then(|index| self.zip.by_index_data(index).ok()).map_or(0, |entry| entry.size())
    }

    /// Where the bytes of a member that isn't packed lie, if it is such a one, and what they are to
    /// add up to, which is not checked.
    pub(crate) fn find_stored(&mut self, name: &str) -> Result<Option<(Range<u64>, u32)>> {
        let Some(&(index, _)) = self.names.iter().find(|(_, n)| n == name) else {
            return Ok(None);
        };
        let file = self.file;
        let member = self.zip.by_index(index).map_err(|e| corrupt(file, name, e))?;
        if member.compression() != CompressionMethod::Stored {
            return Ok(None);
        }
        let (Some(start), size) = (member.data_start(), member.size()) else { return Ok(None) };
        let end = start.checked_add(size).filter(|end| *end <= self.stored);
        let Some(end) = end.filter(|_| size == member.compressed_size()) else {
            let has = self.stored.saturating_sub(start).min(member.compressed_size());
            let detail = format!("declares {size} bytes, has {has}");
            let (file, member) = (file.to_owned(), name.to_owned());
            return Err(Error::CorruptArchive { file, member, detail });
        };
        Ok(Some((start..end, member.crc32())))
    }

    /// Unpacks a member; `None` if there is none of this name.
    pub(crate) fn read(&mut self, name: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(&(index, _)) = self.names.iter().find(|(_, n)| n == name) else {
            return Ok(None);
        };
        let file = self.file;
        let mut member = self.zip.by_index(index).map_err(|e| corrupt(file, name, e))?;
        let declared = member.size();
        if declared > limit {
            return Err(Error::TooLarge {
                file: file.to_owned(),
                what: format!("member {name:?}"),
                bytes: declared,
                limit,
            });
        }
        // At most a floor and a multiple of the archive's own size: `open` saw to that.
        let mut bytes = Vec::with_capacity(usize::try_from(declared).unwrap_or(0));
        member
            .by_ref()
            .take(declared.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|e| corrupt(file, name, e.into()))?;
        if bytes.len() as u64 != declared {
            let detail = format!("declares {declared} bytes, has {}", bytes.len());
            let (file, member) = (file.to_owned(), name.to_owned());
            return Err(Error::CorruptArchive { file, member, detail });
        }
        Ok(Some(bytes))
    }
}

/// Packs members, stored, in the order given; the same bytes for the same content.
pub(crate) fn pack<'a>(members: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        if !is_inside(name) || name.len() > MAX_NAME_BYTES {
            return Err(Error::UnsafeMember {
                file: "the archive to write".to_owned(),
                member: name.to_owned(),
            });
        }
        // 1980-01-01 00:00, zip's earliest time and what Keras gives its JSON members.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o600)
            .large_file(bytes.len() as u64 >= u64::from(u32::MAX));
        zip.start_file(name, options).map_err(|e| corrupt("the archive to write", name, e))?;
        zip.write_all(bytes).map_err(|e| Error::io("the archive to write", "pack", e))?;
    }
    let cursor = zip.finish().map_err(|e| corrupt("the archive to write", "", e))?;
    Ok(cursor.into_inner())
}

/// Whether a name stays inside the folder it is unpacked to, on any system.
fn is_inside(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['/', '\\'])
        && !name.contains('\0')
        && name.as_bytes().get(1) != Some(&b':')
        && name.split(['/', '\\']).all(|part| part != "..")
}

impl Holds {
    /// Unpacked bytes accepted for so many stored ones.
    fn allowed(self, stored: u64) -> u64 {
        let (floor, times) = match self {
            Holds::Model => (EXPANSION_FLOOR_BYTES, MAX_EXPANSION),
            Holds::Data => (DATA_FLOOR_BYTES, MAX_DATA_EXPANSION),
        };
        floor.saturating_add(stored.saturating_mul(times))
    }
}

fn kind_of(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "an empty file",
        [0x89, b'H', b'D', b'F', ..] => "HDF5 (a .h5 or .weights.h5 file)",
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "an npy file",
        [b'{', ..] => "text, perhaps JSON",
        _ => "an unknown kind of file",
    }
}

fn corrupt(file: &str, member: &str, error: ZipError) -> Error {
    let detail = match error {
        ZipError::Io(e) => e.to_string(),
        other => other.to_string(),
    };
    Error::CorruptArchive { file: file.to_owned(), member: member.to_owned(), detail }
}
