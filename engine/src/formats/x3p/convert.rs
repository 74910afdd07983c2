//! From stored numbers to a [`Scan`] in metres.
//!
//! The standard says metres; some programs write micrometres. Told apart by size: a step above 1 mm, or heights that
//! spread over more than 1 cm, cannot be metres on a fired cartridge case or bullet (primers are 4 to 6 mm wide). The spread is the median distance from the median, so a stage position stored in
//! the heights or one wild value does not decide. Steps and heights are judged apart, and every guess is a note.

use super::document::X3pDocument;
use super::header::{AXES, Axis, Dimension, Feature};
use super::values::{NumberType, Values};
use crate::formats::scan::upper_median;
use crate::formats::{FormatError, PointList, Profile, Scan, Topography};
use crate::units::Metres;

/// Widest believable step in metres.
const STEP_MAX: f64 = 1e-3;
/// Widest believable spread of heights in metres.
const SPREAD_MAX: f64 = 1e-2;
/// Narrowest believable spread of heights in metres: the noise floor of the instruments is about 1 nm.
const SPREAD_MIN: f64 = 1e-9;
/// How far, in steps, a stored x or y may lie from a regular grid.
const GRID_TOLERANCE: f64 = 1e-2;
const MICRO: f64 = 1e-6;

impl X3pDocument {
    /// The scan in metres and the notes on how it was read.
    ///
    /// Surfaces on a regular grid become a topography, profiles a profile, everything else a list of points.
    ///
    /// # Errors
    /// [`FormatError::NoHeights`], [`FormatError::TooSmall`], [`FormatError::Layout`].
    pub fn into_scan(mut self) -> Result<(Scan, Vec<String>), FormatError> {
        let layer = match self.header.dimension {
            Dimension::Matrix { x, y, .. } => (x as usize).saturating_mul(y as usize),
            Dimension::List { points } => points as usize,
        };
        let count = self.points();
        if layer < count {
            self.notes.push(format!("the file holds {} layers: only the first is read", count / layer.max(1)));
        }
        let heights = self.heights(layer)?;
        let scan = match (self.header.feature, self.header.dimension) {
            (Feature::Surface, Dimension::Matrix { x, y, .. }) => self.surface(heights, x as usize, y as usize)?,
            (Feature::Profile, _) => self.profile(heights)?,
            (Feature::PointCloud, _) | (Feature::Surface, Dimension::List { .. }) => self.cloud(heights)?,
        };
        Ok((scan, self.notes))
    }

    /// Heights of the first layer in the file's unit without the axis offset, NaN where missing or not valid.
    fn heights(&mut self, layer: usize) -> Result<Vec<f64>, FormatError> {
        let samples = layer as u64;
        let column = self.columns[2].take().ok_or(FormatError::NoHeights { samples })?;
        let mut heights = match column {
            Values::Float64(values) => values,
            other => other.to_f64(),
        };
        heights.truncate(layer);
        let scale = self.height_scale(&heights);
        if scale != 1.0 {
            heights.iter_mut().for_each(|height| *height *= scale);
        }
        let (mut refused, mut infinite) = (0, 0);
        for (point, height) in heights.iter_mut().enumerate() {
            let valid = self.is_valid(point);
            refused += usize::from(!valid && !height.is_nan());
            infinite += usize::from(height.is_infinite());
            if !valid || !height.is_finite() {
                *height = f64::NAN;
            }
        }
        if refused > 0 {
            self.notes.push(format!("{refused} points carry a number but are marked as not valid: taken as missing"));
        }
        if infinite > 0 {
            self.notes.push(format!("{infinite} heights are infinite: taken as missing"));
        }
        Ok(heights)
    }

    /// What stored heights are multiplied by: the increment of z, unless floats that already are metres would vanish.
    fn height_scale(&mut self, stored: &[f64]) -> f64 {
        let axis = self.header.axes[2];
        let (scale, integers) = (axis.scale(), matches!(axis.number, Some(NumberType::Int16 | NumberType::Int32)));
        if scale != axis.increment {
            self.notes.push(format!("the increment of CZ is {}: read as 1", axis.increment));
        }
        if scale == 1.0 || axis.incremental || integers {
            return scale;
        }
        let spread = spread(stored);
        if spread * scale < SPREAD_MIN && (SPREAD_MIN..=SPREAD_MAX).contains(&spread) {
            self.notes
                .push(format!("heights spread by {spread:e} m without the increment {scale:e} of CZ: not applied"));
            return 1.0;
        }
        scale
    }

    /// Turns heights into metres if they are micrometres; gives the factor that was applied.
    fn heights_in_metres(&mut self, heights: &mut [f64]) -> Result<f64, FormatError> {
        let samples = heights.len() as u64;
        if !heights.iter().any(|height| height.is_finite()) {
            return Err(FormatError::NoHeights { samples });
        }
        let spread = spread(heights);
        if spread <= SPREAD_MAX {
            return Ok(1.0);
        }
        self.notes.push(format!("heights spread by {spread:.3}: read as micrometres, the standard says metres"));
        heights.iter_mut().for_each(|height| *height *= MICRO);
        Ok(MICRO)
    }

    /// A step in metres.
    fn step_in_metres(&mut self, axis: &str, step: f64) -> Metres {
        if step <= STEP_MAX {
            return Metres::new(step);
        }
        self.notes.push(format!("step of {axis} is {step}: read as micrometres, the standard says metres"));
        Metres::from_micrometres(step)
    }

    fn surface(&mut self, mut heights: Vec<f64>, cols: usize, rows: usize) -> Result<Scan, FormatError> {
        let along_row = |point: usize| (point % cols.max(1)) as f64;
        let along_column = |point: usize| (point / cols.max(1)) as f64;
        let (Some(x), Some(y)) = (self.step(0, heights.len(), &along_row), self.step(1, heights.len(), &along_column))
        else {
            self.notes.push("stored x and y are not on a regular grid: read as a list of points".into());
            return self.cloud(heights);
        };
        let factor = self.heights_in_metres(&mut heights)?;
        let pitch = (self.step_in_metres(AXES[0], x), self.step_in_metres(AXES[1], y));
        let datum = Metres::new(self.header.axes[2].offset * factor);
        Ok(Scan::Topography(Topography::from_metres(&heights, (rows, cols), pitch, datum)?))
    }

    fn profile(&mut self, mut heights: Vec<f64>) -> Result<Scan, FormatError> {
        let columns = heights.len() as u64;
        if columns < 2 {
            return Err(FormatError::TooSmall { columns, rows: 1 });
        }
        let Some(step) = self.step(0, heights.len(), &|point| point as f64) else {
            self.notes.push("stored x is not regular: read as a list of points".into());
            return self.cloud(heights);
        };
        let factor = self.heights_in_metres(&mut heights)?;
        let pitch = self.step_in_metres(AXES[0], step);
        let offset = self.header.axes[2].offset * factor;
        heights.iter_mut().for_each(|height| *height += offset);
        Ok(Scan::Profile(Profile { heights, pitch }))
    }

    /// The step of x or y in the file's unit: as declared, or from stored coordinates if these sit where `index` steps
    /// from the first one put them.
    fn step(&self, axis: usize, points: usize, index: &dyn Fn(usize) -> f64) -> Option<f64> {
        let Some(stored) = self.columns[axis].as_ref() else { return Some(self.header.axes[axis].increment) };
        let scale = self.header.axes[axis].scale();
        let mut stored: Vec<f64> = stored.to_f64().into_iter().map(|value| value * scale).collect();
        stored.truncate(points);
        let known = |point: usize| stored[point].is_finite() && self.is_valid(point);
        let first = (0..stored.len()).find(|&point| known(point))?;
        let from_first = |point: usize| index(point) - index(first);
        let far = (0..stored.len()).filter(|&point| known(point));
        let far = far.max_by(|&a, &b| from_first(a).abs().total_cmp(&from_first(b).abs()))?;
        let step = (stored[far] - stored[first]) / from_first(far);
        let regular =
            |point: usize| (stored[point] - stored[first] - step * from_first(point)).abs() <= GRID_TOLERANCE * step;
        let fits = step.is_finite() && step > 0.0 && (0..stored.len()).filter(|&point| known(point)).all(regular);
        fits.then_some(step)
    }

    fn cloud(&mut self, mut heights: Vec<f64>) -> Result<Scan, FormatError> {
        let factor = self.heights_in_metres(&mut heights)?;
        let width = match self.header.dimension {
            Dimension::Matrix { x, .. } => x as usize,
            Dimension::List { points } => points as usize,
        };
        let places = [|point: usize, width: usize| point % width, |point: usize, width: usize| point / width];
        let mut sides = [Vec::new(), Vec::new()];
        for (index, side) in sides.iter_mut().enumerate() {
            let axis = self.header.axes[index];
            *side = match &self.columns[index] {
                Some(stored) => stored.to_f64().into_iter().map(|value| value * axis.scale()).collect(),
                None => (0..heights.len()).map(|p| places[index](p, width.max(1)) as f64 * axis.increment).collect(),
            };
            side.truncate(heights.len());
        }
        let scale = self.sides_scale(&sides);
        let [x, y] = sides;
        let [at_x, at_y, at_z] = self.header.axes.map(|axis: Axis| axis.offset);
        let triples = x.into_iter().zip(y).zip(heights);
        let points: Vec<[f64; 3]> = triples
            .map(|((x, y), z)| [(x + at_x) * scale, (y + at_y) * scale, z + at_z * factor])
            .filter(|point| point.iter().all(|value| value.is_finite()))
            .collect();
        if points.is_empty() {
            return Err(FormatError::NoHeights { samples: self.header.dimension.points() as u64 });
        }
        Ok(Scan::Points(PointList { points }))
    }

    /// Factor to metres for x and y of a list, judged by their spread as heights are.
    fn sides_scale(&mut self, sides: &[Vec<f64>; 2]) -> f64 {
        let spread = spread(&sides[0]).max(spread(&sides[1]));
        if spread <= SPREAD_MAX {
            return 1.0;
        }
        self.notes.push(format!("x and y spread by {spread:.3}: read as micrometres, the standard says metres"));
        MICRO
    }
}

/// Median distance from the median, or the largest distance where that is zero; 0 without finite values.
fn spread(values: &[f64]) -> f64 {
    let mut distances: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let Some(median) = upper_median(&mut distances) else { return 0.0 };
    distances.iter_mut().for_each(|value| *value = (*value - median).abs());
    match upper_median(&mut distances) {
        Some(typical) if typical > 0.0 => typical,
        _ => distances.into_iter().fold(0.0, f64::max),
    }
}
