//! What the command writes to the terminal.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::failure::{Failure, Result};

/// Results on the standard output, words on the standard error.
///
/// Nothing here panics when the other end of a pipe is closed, as `println!` does.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    quiet: bool,
}

impl Terminal {
    /// A terminal; `quiet` leaves notes out.
    pub fn new(quiet: bool) -> Terminal {
        Terminal { quiet }
    }

    /// Whether notes and progress are unwanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Writes a result. A reader that has gone away, such as `head`, has what it wanted.
    pub fn result(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::Failed(format!("cannot write to the standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Says something that is good to know.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            say(format_args!("note: {text}"));
        }
    }

    /// Says something that is probably wrong.
    pub fn warning(&self, text: impl Display) {
        say(format_args!("warning: {text}"));
    }

    /// Says why there is no result.
    pub fn error(&self, text: impl Display) {
        say(format_args!("error: {text}"));
    }
}

fn say(line: impl Display) {
    // Where the standard error can't be written to, nobody can be told so either.
    let _ = writeln!(io::stderr(), "{line}");
}
