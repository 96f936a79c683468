//! Event files, which TensorBoard draws: scalars, histograms and the configuration of a model, each
//! with a tag, a step and the time it was written.
//!
//! # The bytes
//!
//! ```text
//! events.out.tfevents.1700000000.HOST.PID.N.v2      records, one after another:
//! ├── u64   length of the data, little-endian
//! ├── u32   masked CRC-32C of these eight bytes
//! ├── [u8]  the data: an Event in the encoding of protocol buffers
//! └── u32   masked CRC-32C of the data
//!
//! Event                         number of the field, type
//! ├── wall_time                 1, double: seconds since 1970
//! ├── step                      2, integer
//! ├── file_version              3, text: `brain.Event:2`, of the first event alone
//! ├── source_metadata           10 { writer: 1, text }, of the first event alone
//! └── summary                   5 { value: 1 {
//!     ├── tag                   1, text: `epoch_loss`
//!     ├── tensor                8 { dtype: 1, tensor_shape: 2 { dim: 2 { size: 1 } }, values }
//!     └── metadata              9 { plugin_data: 1 { plugin_name: 1, content: 2 } } } }
//! ```
//!
//! A masked sum is the sum turned right by 15 bits, plus `0xa282ead8`. The fields of a scalar's
//! tensor are a float (field 5), those of a histogram doubles (field 6, three for each bucket: left
//! edge, right edge, count), that of a text bytes (field 8).

mod crc32c;
mod encoding;
mod histogram;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Error, Result};
use encoding::Message;

/// What tells TensorBoard how to read the file.
const VERSION: &str = "brain.Event:2";
/// How many files this process has made, for their names.
static FILES: AtomicU64 = AtomicU64::new(0);

/// An event file that is being written.
///
/// Each event is in the file once the call that writes it has returned, so that TensorBoard shows a
/// training while it runs, and one that was killed has what it wrote.
///
/// ```
/// use elman_files::EventWriter;
/// # let folder = std::env::temp_dir().join(format!("elman-doc-events-{}", std::process::id()));
/// let mut writer = EventWriter::create(&folder.join("train"))?;
/// writer.scalar("epoch_loss", 0.5, 0)?;
/// writer.histogram("dense/kernel/histogram", &[0.25, -0.5, 1.0], 0)?;
/// // tensorboard --logdir FOLDER
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Debug)]
pub struct EventWriter {
    file: File,
    path: PathBuf,
}

impl EventWriter {
    /// Makes a new file in that folder, which is made if it isn't there. The file is named as
    /// TensorFlow names it: by time, host and process.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn create(folder: &Path) -> Result<EventWriter> {
        let shown = folder.display().to_string();
        fs::create_dir_all(folder).map_err(|e| Error::io(&shown, "make the folder", e))?;
        let (time, process) = (seconds() as u64, std::process::id());
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("events.out.tfevents.{time:010}.{}.{process}.{number}.v2", host());
        let path = folder.join(name);
        let file =
            File::create(&path).map_err(|e| Error::io(&path.display().to_string(), "create", e))?;
        let mut writer = EventWriter { file, path };
        let source = Message::default().text(1, "elman");
        writer.record(&event(0).text(3, VERSION).message(10, &source))?;
        Ok(writer)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a number.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn scalar(&mut self, tag: &str, value: f32, step: u64) -> Result<()> {
        let tensor = tensor(encoding::FLOAT, &[]).floats(5, &[value]);
        self.value(tag, "scalars", b"", &tensor, step)
    }

    /// Writes how numbers are distributed, in 30 buckets of equal width.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn histogram(&mut self, tag: &str, numbers: &[f64], step: u64) -> Result<()> {
        let buckets = histogram::buckets(numbers);
        let tensor = tensor(encoding::DOUBLE, &[buckets.len(), 3]);
        self.value(tag, "histograms", b"", &tensor.doubles(6, buckets.as_flattened()), step)
    }

    /// Writes Keras's configuration of a model as JSON, from which TensorBoard draws its graph.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn keras_model(&mut self, tag: &str, json: &str, step: u64) -> Result<()> {
        let tensor = tensor(encoding::STRING, &[]).text(8, json);
        self.value(tag, "graph_keras_model", b"1", &tensor, step)
    }

    /// Writes a value as one of a plugin of TensorBoard's.
    fn value(
        &mut self,
        tag: &str,
        plugin: &str,
        content: &[u8],
        tensor: &Message,
        step: u64,
    ) -> Result<()> {
        let mut data = Message::default().text(1, plugin);
        if !content.is_empty() {
            data = data.bytes(2, content);
        }
        let metadata = Message::default().message(1, &data);
        let value = Message::default().text(1, tag).message(8, tensor).message(9, &metadata);
        self.record(&event(step).message(5, &Message::default().message(1, &value)))
    }

    fn record(&mut self, event: &Message) -> Result<()> {
        let data = event.as_bytes();
        let length = (data.len() as u64).to_le_bytes();
        let mut record = Vec::with_capacity(data.len() + 16);
        record.extend(length);
        record.extend(crc32c::masked(&length).to_le_bytes());
        record.extend(data);
        record.extend(crc32c::masked(data).to_le_bytes());
        // In one write, so that who reads along sees whole records.
        self.file
            .write_all(&record)
            .map_err(|e| Error::io(&self.path.display().to_string(), "write", e))
    }
}

fn event(step: u64) -> Message {
    Message::default().double(1, seconds()).integer(2, step)
}

fn tensor(dtype: u64, shape: &[usize]) -> Message {
    let dim =
        |shape: Message, dim: &usize| shape.message(2, &Message::default().integer(1, *dim as u64));
    let shape = shape.iter().fold(Message::default(), dim);
    Message::default().integer(1, dtype).message(2, &shape)
}

/// The time.
fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// The name of this machine, as far as it can be had without asking the operating system in its
/// own ways.
fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname");
    let name = name.ok().or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = name.trim().chars().filter(allowed).collect();
    if name.is_empty() { "localhost".into() } else { name }
}
