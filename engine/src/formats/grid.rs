//! What the readers of instrument files have in common once the header is read: a grid, its limits and its direction.
//!
//! A scan read the wrong way round is a mirror image, and a mirrored mark finds no mate. X3P counts y upwards from its
//! first row, pictures count downwards from their first line, so every reader states which of the two its format does
//! and lines that come top first are reversed, with a note.

use super::{Decoded, FormatError, Profile, ReadSettings, Scan, Topography};
use crate::units::Metres;

/// Heights that spread wider than this, in metres, are noted: primers and bullets are a few millimetres in size.
const SPREAD_MAX: f64 = 1e-2;
/// Heights beyond this are markers: a 32-bit float must hold them.
const HEIGHT_MAX: f64 = 1e30;

/// Where the first line of a file lies on the surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirstLine {
    /// At the smallest y: the order of X3P.
    Bottom,
    /// At the largest y, and known to be so.
    Top,
    /// Taken to be at the largest y, as other readers show it; no scan of one surface in two formats was at hand.
    TopAsShown,
}

/// Size and pitch of a grid as a header declares it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// Samples along x.
    pub(super) cols: u64,
    /// Lines.
    pub(super) rows: u64,
    /// Metres between samples.
    pub(super) pitch_x: f64,
    /// Metres between lines; not looked at where there is one line.
    pub(super) pitch_y: f64,
}

impl Grid {
    /// Number of samples, checked against the limit before anything is allocated.
    ///
    /// # Errors
    /// [`FormatError::TooSmall`], [`FormatError::TooManySamples`], [`FormatError::Pitch`].
    pub(super) fn checked(self, settings: &ReadSettings) -> Result<usize, FormatError> {
        if self.cols < 2 || self.rows < 1 {
            return Err(FormatError::TooSmall { columns: self.cols, rows: self.rows });
        }
        let declared = u128::from(self.cols) * u128::from(self.rows);
        if declared > u128::from(settings.samples_max) {
            return Err(FormatError::TooManySamples { declared, max: settings.samples_max });
        }
        let stated = [("x", self.pitch_x), ("y", self.pitch_y)];
        for (axis, value) in stated.into_iter().take(if self.rows == 1 { 1 } else { 2 }) {
            if !(value.is_finite() && value > 0.0) {
                return Err(FormatError::Pitch { axis, value });
            }
        }
        usize::try_from(declared).map_err(|_| FormatError::TooManySamples { declared, max: settings.samples_max })
    }

    /// The bytes of all samples, of which `found` holds at least enough.
    ///
    /// # Errors
    /// As [`Self::checked`], and [`FormatError::SampleBytes`] if `found` is too short.
    pub(super) fn samples<'a>(
        self,
        found: &'a [u8],
        sample_bytes: usize,
        member: &str,
        settings: &ReadSettings,
    ) -> Result<&'a [u8], FormatError> {
        let declared = self.checked(settings)?;
        let wrong = || FormatError::SampleBytes {
            declared: declared as u64,
            point_bytes: sample_bytes,
            member: member.to_string(),
            found: found.len() as u64,
        };
        declared.checked_mul(sample_bytes).and_then(|needed| found.get(..needed)).ok_or_else(wrong)
    }
}

/// A decoded file while it is put together.
pub(super) struct Reading {
    /// Name of the format.
    pub(super) format: &'static str,
    /// Notes so far.
    pub(super) notes: Vec<String>,
    /// Header fields, as stated.
    pub(super) fields: Vec<(String, String)>,
}

impl Reading {
    /// Nothing read yet.
    pub(super) const fn of(format: &'static str) -> Self {
        Self { format, notes: Vec::new(), fields: Vec::new() }
    }

    /// Keeps a header field that says something.
    pub(super) fn field(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        if !value.is_empty() {
            self.fields.push((name.to_string(), value));
        }
    }

    /// Adds a note.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// A topography, or a profile where there is one line, from heights in metres, x fastest, NaN where missing.
    ///
    /// # Errors
    /// [`FormatError::NoHeights`], [`FormatError::TooSmall`], [`FormatError::SampleCount`].
    pub(super) fn finish(
        mut self,
        grid: Grid,
        mut heights: Vec<f64>,
        first: FirstLine,
    ) -> Result<Decoded, FormatError> {
        let wild = heights.iter().filter(|height| !height.is_nan() && height.abs() >= HEIGHT_MAX).count();
        if wild > 0 {
            self.note(format!("{wild} heights are infinite or beyond {HEIGHT_MAX:e} m: taken as missing"));
            heights.iter_mut().filter(|height| height.abs() >= HEIGHT_MAX).for_each(|height| *height = f64::NAN);
        }
        let known = || heights.iter().copied().filter(|height| height.is_finite());
        let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        if low > high {
            return Err(FormatError::NoHeights { samples: heights.len() as u64 });
        }
        if high - low > SPREAD_MAX {
            self.note(format!("heights spread over {:.3} mm: the unit may be wrong", (high - low) * 1e3));
        }
        let (cols, rows) = (grid.cols as usize, grid.rows as usize);
        let scan = if rows == 1 {
            Scan::Profile(Profile { heights, pitch: Metres::new(grid.pitch_x) })
        } else {
            if first != FirstLine::Bottom {
                heights = heights.chunks(cols.max(1)).rev().flatten().copied().collect();
                let known = if first == FirstLine::TopAsShown {
                    " (taken so from other readers, not proved with a scan of one surface in two formats)"
                } else {
                    ""
                };
                self.note(format!(
                    "the file's first line is the top of the picture{known}: lines were reversed so that y goes up, as in X3P"
                ));
            }
            let pitch = (Metres::new(grid.pitch_x), Metres::new(grid.pitch_y));
            Scan::Topography(Topography::from_metres(&heights, (rows, cols), pitch, Metres::new(0.0))?)
        };
        Ok(Decoded { scan, format: self.format, notes: self.notes, fields: self.fields })
    }
}
