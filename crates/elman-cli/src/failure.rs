//! How a command can fail.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// Why a command ends without a result.
#[derive(Debug)]
pub enum Failure {
    /// The arguments don't make sense together.
    Usage(String),
    /// Something that the command itself found.
    Failed(String),
    /// What elman found in a model, in data or in a file, and where this command met it.
    Elman {
        /// The file and line, or empty if the error says enough.
        place: String,
        /// The error.
        error: elman::Error,
    },
}

/// The result of everything here that can fail.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// 2 for wrong usage, else 1.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Usage(_) => 2,
            Failure::Failed(_) | Failure::Elman { .. } => 1,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(text) => write!(f, "{text}\n\nFor more information, try '--help'."),
            Failure::Failed(text) => f.write_str(text),
            Failure::Elman { place, error } => {
                let separator = if place.is_empty() { "" } else { ": " };
                write!(f, "{place}{separator}{error}")?;
                causes(f, error)
            }
        }
    }
}

/// The causes below an error, as far as its own message doesn't tell them already.
fn causes(f: &mut fmt::Formatter<'_>, error: &dyn Error) -> fmt::Result {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !told.contains(&text) {
            write!(f, ": {text}")?;
            told = text;
        }
        source = cause.source();
    }
    Ok(())
}

impl From<elman::Error> for Failure {
    fn from(error: elman::Error) -> Self {
        Failure::Elman { place: String::new(), error }
    }
}

impl From<elman_files::Error> for Failure {
    fn from(error: elman_files::Error) -> Self {
        elman::Error::from(error).into()
    }
}
