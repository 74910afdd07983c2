//! From a topography to a signature: the method `striation/1` in order (`docs/striae.md`, section 1).

use super::filter::{low_pass, median_absolute, quick_high_pass, robust_high_pass};
use super::{Areal, Quality, Recipe, Signature, StriaKind, angle, consensus, orientation, shoulders};
use crate::formats::Topography;
use crate::marks::MarkError;
use crate::picture::relief::relief;
use crate::surface::despike::remove_spikes_beyond;
use crate::surface::resample;
use crate::trace::Trace;
use crate::units::{Metres, um};
use ndarray::{Array2, Axis};

/// Name and version of the method.
pub const ID: &str = "striation/1";

/// A spike stands out of its neighbourhood by more robust standard deviations than this.
const SPIKE_SIGMAS: f32 = 8.0;
/// A spike stands out by this at least.
const SPIKE_MIN: Metres = um(1.0);
/// Biweight reweightings of the robust filter.
const REWEIGHTINGS: usize = 2;
/// Median absolute heights that pictures show as white.
const SHOWN_MADS: f32 = 5.0;
/// Share of the fullest row or column below which one at the edge is margin.
const MARGIN_SHARE: f64 = 0.5;
/// Fewest rows: 40 um of striae.
const ROWS_MIN: usize = 20;

/// The signature of the striated mark of `kind` on a scan.
///
/// Spikes, rotation so that striae run down the columns, area average to the signature's pitch, angle and shear, the
/// consensus profile, walls (where the kind has them), robust Gaussian regression, low-pass, clip at 6 robust standard
/// deviations. Missing samples stay missing throughout.
///
/// # Errors
/// [`MarkError::Unsuitable`] if the scan is too coarse or small, or shows no striae: never an exclusion.
pub fn signature(topography: &Topography, kind: StriaKind, trace: &mut dyn Trace) -> Result<Signature, MarkError> {
    let recipe = kind.recipe();
    check_pitch(topography, &recipe)?;
    let mut heights = topography.heights.clone();
    remove_spikes_beyond(&mut heights, SPIKE_SIGMAS, SPIKE_MIN.metres() as f32);
    let orientation = orientation::orientation(&heights, topography.pitch_x, topography.pitch_y);
    let (mut pitch_x, mut pitch_y) = (topography.pitch_x, topography.pitch_y);
    if orientation.rotated {
        heights = orientation::rotated(&heights);
        std::mem::swap(&mut pitch_x, &mut pitch_y);
    }
    let surface = trimmed(&resample::area_average(&heights, pitch_x, pitch_y, recipe.pitch).heights);
    drop(heights);
    let (rows, cols) = surface.dim();
    let width = Metres::new(cols as f64 * recipe.pitch.metres());
    if rows < ROWS_MIN || width < recipe.width_min {
        return Err(too_small(width, Metres::new(rows as f64 * recipe.pitch.metres()), &recipe));
    }

    let passed = banded_rows(&surface, &recipe);
    show(trace, "oriented", "The scan with its striae running down, without its form.", &passed);
    let found = angle::angle(&passed, recipe.pitch);
    let upright = angle::sheared(&surface, found.degrees);
    let passed = angle::sheared(&passed, found.degrees);
    show(trace, "upright", "Turned upright: every row moved along the angle of the striae.", &passed);

    let weights = consensus::row_weights(&passed);
    let profile = angle::square_to_striae(&consensus::profile(&upright, &weights), found.degrees);
    let land = if recipe.shoulders {
        shoulders::land(&profile, recipe.pitch)
    } else {
        shoulders::Land { samples: shoulders::extent(&profile), walls: [false; 2] }
    };
    let width = Metres::new(land.samples.len() as f64 * recipe.pitch.metres());
    if width < recipe.width_min {
        return Err(too_small(width, Metres::new(rows as f64 * recipe.pitch.metres()), &recipe));
    }
    let columns = angle::columns(&land.samples, found.degrees, cols);
    let quality = Quality::of(&passed, &weights, columns, found.coherence);
    if let Some(reason) = quality.unsuitable(orientation.sure) {
        return Err(MarkError::Unsuitable { reason });
    }
    let areal = Areal { orientation, angle: found.degrees, quality };
    passed_profile(&profile[land.samples], kind, land.walls, Some(areal))
}

/// The signature of a line that already runs across the striae, wall to wall, at the recipe's pitch.
///
/// `profile`: heights in metres, NaN where missing. The same filters as for a scan; nothing tells whether the striae
/// run along the mark, so no verdict of suitability comes with it.
///
/// # Errors
/// [`MarkError::Unsuitable`] if the line is too short or flat.
pub fn signature_of_profile(profile: &[f32], kind: StriaKind) -> Result<Signature, MarkError> {
    let recipe = kind.recipe();
    let width = Metres::new(profile.len() as f64 * recipe.pitch.metres());
    if width < recipe.width_min {
        return Err(too_small(width, recipe.pitch, &recipe));
    }
    passed_profile(profile, kind, [false; 2], None)
}

/// Takes form and finest noise off a profile and holds it as a signature.
fn passed_profile(
    profile: &[f32],
    kind: StriaKind,
    walls: [bool; 2],
    areal: Option<Areal>,
) -> Result<Signature, MarkError> {
    let recipe = kind.recipe();
    let rest = robust_high_pass(profile, recipe.high_pass, recipe.pitch, REWEIGHTINGS);
    let band = low_pass(&rest, recipe.low_pass, recipe.pitch);
    let mark = encoded(&band)
        .ok_or_else(|| MarkError::Unsuitable { reason: "the profile across the striae is flat".into() })?;
    Ok(Signature {
        method: ID.into(),
        kind,
        pitch: recipe.pitch,
        step: mark.step,
        heights: mark.heights,
        sigma: mark.sigma,
        walls,
        areal,
    })
}

fn check_pitch(topography: &Topography, recipe: &Recipe) -> Result<(), MarkError> {
    // Two samples of the shortest wave.
    let most = recipe.low_pass.micrometres() / 2.0;
    for pitch in [topography.pitch_x, topography.pitch_y] {
        let found = pitch.micrometres();
        if !(found > 0.0 && found <= most) {
            let reason = format!("samples lie {found:.2} um apart, at most {most:.0} um");
            return Err(MarkError::Unsuitable { reason });
        }
    }
    Ok(())
}

fn too_small(width: Metres, length: Metres, recipe: &Recipe) -> MarkError {
    let (width, length, least) = (width.micrometres(), length.micrometres(), recipe.width_min.micrometres());
    let rows = ROWS_MIN as f64 * recipe.pitch.micrometres();
    MarkError::Unsuitable {
        reason: format!(
            "{width:.0} um across the striae and {length:.0} um along them, at least {least:.0} and {rows:.0}"
        ),
    }
}

/// Cuts off the margin: rows and columns at the edges that hold less than [`MARGIN_SHARE`] of what the fullest one holds.
/// Without that, how much empty frame a file has would move what counts as the middle of the mark.
fn trimmed(heights: &Array2<f32>) -> Array2<f32> {
    let extent = |axis: Axis| {
        let counts: Vec<usize> =
            heights.axis_iter(axis).map(|line| line.iter().filter(|height| !height.is_nan()).count()).collect();
        let least = MARGIN_SHARE * counts.iter().copied().max().unwrap_or(0) as f64;
        let holds = |count: &usize| *count > 0 && *count as f64 >= least;
        let first = counts.iter().position(holds).unwrap_or(0);
        first..counts.iter().rposition(holds).map_or(first, |last| last + 1)
    };
    let (rows, cols) = (extent(Axis(0)), extent(Axis(1)));
    heights.slice(ndarray::s![rows, cols]).to_owned()
}

/// Every row without form and finest noise: what striae are found on.
fn banded_rows(heights: &Array2<f32>, recipe: &Recipe) -> Array2<f32> {
    let mut rows = heights.clone();
    for mut row in rows.axis_iter_mut(Axis(0)) {
        if let Some(line) = row.as_slice_mut() {
            quick_high_pass(line, recipe.high_pass, recipe.pitch);
            let smooth = low_pass(line, recipe.low_pass, recipe.pitch);
            line.copy_from_slice(&smooth);
        }
    }
    rows
}

/// Heights in steps.
struct Encoded {
    heights: Vec<i16>,
    step: Metres,
    sigma: Metres,
}

/// Clips at 6 robust standard deviations and quantises; `None` of a flat line.
fn encoded(band: &[f32]) -> Option<Encoded> {
    let sigma = 1.4826 * median_absolute(band);
    if !(sigma.is_finite() && sigma > 0.0) {
        return None;
    }
    let limit = Signature::CLIP_SIGMAS * sigma;
    let step = limit / f32::from(i16::MAX);
    let code = |height: &f32| {
        if height.is_nan() { Signature::MISSING } else { (height.clamp(-limit, limit) / step).round() as i16 }
    };
    Some(Encoded {
        heights: band.iter().map(code).collect(),
        step: Metres::new(f64::from(step)),
        sigma: Metres::new(f64::from(sigma)),
    })
}

fn show(trace: &mut dyn Trace, step: &str, caption: &str, rows: &Array2<f32>) {
    if trace.wanted() {
        let heights: Vec<f32> = rows.iter().copied().collect();
        trace.picture(step, caption, relief(rows, SHOWN_MADS * median_absolute(&heights)));
    }
}
