//! The calibration models of a server: the shipped ones, and before them a laboratory's own from a directory.

use headstamp_engine::calibrate::CalibrateError;
use headstamp_engine::calibrate::models::{Held, Models};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Models of a directory at most.
const FILES_MAX: usize = 100;
/// Largest model document, bytes: one of four terms and a hundred steps holds about ten thousand.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The shipped models behind those of `directory`: its `*.json` files in the order of their names.
///
/// # Errors
/// [`CalibrationError`], which names the file: a model that cannot be used is no reason to go on with another.
pub fn models(directory: Option<&Path>) -> Result<Models, CalibrationError> {
    let shipped = Models::shipped().map_err(CalibrationError::Shipped)?;
    let Some(directory) = directory else { return Ok(shipped) };
    let own = files(directory)?.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    Ok(shipped.behind(own))
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, CalibrationError> {
    let failed = |source| CalibrationError::Unreadable { file: directory.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            return Err(CalibrationError::TooMany { directory: directory.to_owned(), max: FILES_MAX });
        }
    }
    files.sort();
    Ok(files)
}

fn read(file: &Path) -> Result<Held, CalibrationError> {
    let failed = |source| CalibrationError::Unreadable { file: file.to_owned(), source };
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(failed)?;
    opened.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(CalibrationError::TooLarge { file: file.to_owned(), max: FILE_BYTES_MAX });
    }
    let id = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Held::read(&id, &text).map_err(|source| CalibrationError::Model { file: file.to_owned(), source })
}

/// Why the calibration models cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// A shipped document is damaged.
    #[error("a shipped calibration model: {0}")]
    Shipped(CalibrateError),
    /// A directory or file cannot be read.
    #[error("calibration models: {}: {source}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// More documents than a server holds.
    #[error("calibration models: more than {max} in {}", directory.display())]
    TooMany {
        /// The directory.
        directory: PathBuf,
        /// Allowed.
        max: usize,
    },
    /// A document larger than any model.
    #[error("calibration models: {} holds more than {max} bytes", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Allowed.
        max: u64,
    },
    /// A document that is no model.
    #[error("calibration models: {}: {source}", file.display())]
    Model {
        /// The file.
        file: PathBuf,
        /// Why.
        source: CalibrateError,
    },
}
