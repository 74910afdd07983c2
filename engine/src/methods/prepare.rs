//! From a topography to a template: the one path of raw and already processed scans (`docs/method.md`).
//!
//! Lengths here are those of breech faces; [`Recipe::length`] makes them those of smaller marks.

use super::recipe::{Form, Recipe};
use crate::formats::Topography;
use crate::marks::{self, MarkError, MarkKind, OriginKind, Region};
use crate::picture::relief::relief;
use crate::picture::scale::{enlarge, with_bar};
use crate::surface::level::{Levelled, level};
use crate::surface::sphere::level_sphere;
use crate::surface::{Surface, despike, filter, mask, resample};
use crate::template::Template;
use crate::trace::Trace;
use crate::units::{Circle, Metres, Point, um};
use ndarray::Array2;

/// Distance between the samples of a template. Its area average is also the low-pass of the band: a mean over 12.5 um
/// keeps half of a wave of 20.7 um, where a Gaussian of 16 um at this pitch would change nothing (`docs/method.md` section 1).
const PITCH: Metres = um(12.5);
/// Longest waves of the mark (`docs/method.md` section 1).
const CUTOFF: Metres = um(250.0);
/// Biweight reweightings of the robust filter (`docs/method.md` section 1).
const REWEIGHTINGS: usize = 2;
/// Heights further from the form than this many robust standard deviations are no part of the face.
const OFF_FORM_SIGMAS: f32 = 6.0;
/// Patches smaller than 0.0078 mm2 (200 samples of 6.25 um) are debris.
const PATCH_SAMPLES_MIN: usize = 50;
/// Smallest mark, samples: 0.3 mm2 of a breech face, one and a half comparison cells.
const MARK_SAMPLES_MIN: usize = 1920;
/// Heights are clipped here, in multiples of Sq.
const CLIP: f32 = 127.0 * Template::STEP;

/// Makes the template of the mark of `kind` on `topography`, naming `method` in it.
///
/// Steps: spikes, area average to 12.5 um, region, robust form, border of one sample (12.5 um), robust Gaussian
/// regression of order 0 at 250 um, unit Sq, clip at 3 Sq. The map is cut to the mark. On small marks each of these
/// lengths is 3.6 times smaller, and a firing pin's form is a sphere.
///
/// # Errors
/// [`MarkError::Unsuitable`] if the scan is too coarse or holds no mark of 0.3 mm2 (0.023 mm2 for small marks);
/// [`marks::locate`]'s errors.
pub(super) fn template(
    topography: &Topography,
    kind: MarkKind,
    method: &str,
    trace: &mut dyn Trace,
) -> Result<Template, MarkError> {
    let recipe = Recipe::of(kind);
    let heights = without_spikes(topography, &recipe)?;
    let (pitch_x, pitch_y) = (topography.pitch_x, topography.pitch_y);
    // Regions are found on one grid whatever the mark: the lengths of primers do not change with what is asked.
    let mut surface = resample::area_average(&heights, pitch_x, pitch_y, PITCH);
    let mut region = marks::locate(&surface, kind, trace)?;
    if recipe.magnification > 1.0 {
        (surface, region) = closer(&heights, (pitch_x, pitch_y), &region, recipe.length(PITCH));
    }
    let levelled = levelled(&surface, &mut region, &recipe)?;
    picture(trace, "levelled", "The mark without tilt and form.", &levelled);
    let filtered = filter::robust_high_pass(&levelled, recipe.length(CUTOFF), REWEIGHTINGS)
        .map_err(|error| MarkError::Unsuitable { reason: error.to_string() })?;
    let [shortest, longest] = [um(20.0), CUTOFF].map(|length| recipe.length(length).micrometres().round());
    let caption = format!("What is compared: waves of about {shortest} to {longest} um.");
    picture(trace, "filtered", &caption, &filtered);
    encoded(&filtered.heights, &region, kind, method)
}

/// The heights with spikes taken out.
fn without_spikes(topography: &Topography, recipe: &Recipe) -> Result<Array2<f32>, MarkError> {
    for pitch in [topography.pitch_x, topography.pitch_y] {
        if pitch.metres().is_nan() || pitch > recipe.input_pitch_max || pitch <= um(0.0) {
            let (found, most) = (pitch.micrometres(), recipe.input_pitch_max.micrometres());
            return Err(MarkError::Unsuitable {
                reason: format!("samples lie {found:.1} um apart, at most {most:.0} um"),
            });
        }
    }
    let (rows, cols) = topography.heights.dim();
    let (down, across) = (rows as f64 / PITCH.steps(topography.pitch_y), cols as f64 / PITCH.steps(topography.pitch_x));
    if down * across > Template::SAMPLES_MAX as f64 {
        let (wide, high) = (across * PITCH.metres() * 1e3, down * PITCH.metres() * 1e3);
        let reason =
            format!("the scan covers {wide:.0} x {high:.0} mm, far more than the mark of a cartridge case: cut it");
        return Err(MarkError::Unsuitable { reason });
    }
    let mut heights = topography.heights.clone();
    despike::remove_spikes(&mut heights);
    Ok(heights)
}

/// A region found at [`PITCH`] and the part of the scan around it on a finer grid: only that part, so that the work follows
/// from the size of the mark and not from that of the scan.
fn closer(
    heights: &Array2<f32>,
    (pitch_x, pitch_y): (Metres, Metres),
    region: &Region,
    pitch: Metres,
) -> (Surface, Region) {
    let marked = region.mask.mapv(|inside| if inside { 0.0 } else { f32::NAN });
    let (top, left, bottom, right) = bounds(&marked).unwrap_or((0, 0, 0, 0));
    // First and last sample of the scan under some rows or columns of the region.
    let under = |first: usize, last: usize, pitch: Metres, count: usize| {
        let step = PITCH.steps(pitch);
        let start = ((first as f64 * step) as usize).min(count.saturating_sub(1));
        start..(((last + 1) as f64 * step).ceil() as usize + 1).clamp(start + 1, count.max(start + 1))
    };
    let (rows, cols) = heights.dim();
    let (down, across) = (under(top, bottom, pitch_y, rows), under(left, right, pitch_x, cols));
    let cut = heights.slice(ndarray::s![down.clone(), across.clone()]).to_owned();
    let surface = match pitch < pitch_x || pitch < pitch_y {
        true => resample::interpolated(&cut, pitch_x, pitch_y, pitch),
        false => resample::area_average(&cut, pitch_x, pitch_y, pitch),
    };
    // From the scan's outer edge to that of the part, metres.
    let (edge_x, edge_y) = (across.start as f64 * pitch_x.metres(), down.start as f64 * pitch_y.metres());
    let coarse = |index: usize, edge: f64| (((index as f64 + 0.5) * pitch.metres() + edge) / PITCH.metres()) as usize;
    let mask = Array2::from_shape_fn(surface.heights.dim(), |(row, col)| {
        region.mask.get((coarse(row, edge_y), coarse(col, edge_x))).copied().unwrap_or(false)
    });
    // The first sample of a grid lies half its pitch from the edge.
    let half = (PITCH.metres() - pitch.metres()) / 2.0;
    let moved = |point: Point| Point { x: point.x + half - edge_x, y: point.y + half - edge_y };
    let circle = |circle: Circle| Circle { centre: moved(circle.centre), radius: circle.radius };
    let region = Region {
        mask,
        origin: moved(region.origin),
        aperture: region.aperture.map(circle),
        outer: region.outer.map(circle),
        ..region.clone()
    };
    (surface, region)
}

/// Cuts the region out, takes its form off, and cleans its border. The apex of a sphere becomes the origin.
fn levelled(surface: &Surface, region: &mut Region, recipe: &Recipe) -> Result<Surface, MarkError> {
    let mut cut = surface.clone();
    ndarray::Zip::from(&mut cut.heights).and(&region.mask).for_each(|height, inside| {
        *height = if *inside { *height } else { f32::NAN };
    });
    mask::drop_patches(&mut cut.heights, PATCH_SAMPLES_MIN);
    let Levelled { mut surface, sigma } = match recipe.form {
        Form::Quadratic => level(&cut).ok_or_else(|| too_small(0, surface.pitch))?,
        Form::Sphere => {
            let (levelled, apex) = level_sphere(&cut)
                .ok_or_else(|| MarkError::Unsuitable { reason: "the mark lies on no sphere".into() })?;
            region.origin = apex;
            levelled
        }
    };
    let limit = OFF_FORM_SIGMAS * sigma;
    surface.heights.mapv_inplace(|height| if height.abs() <= limit { height } else { f32::NAN });
    // The border of a region found on a raw scan was taken off when it was found.
    if region.origin_kind == OriginKind::Crop || (region.origin_kind == OriginKind::Middle && region.aperture.is_none())
    {
        mask::erode(&mut surface.heights);
    }
    Ok(surface)
}

/// Heights in steps of Sq, cut to the mark, with the region's points moved along.
fn encoded(heights: &Array2<f32>, region: &Region, kind: MarkKind, method: &str) -> Result<Template, MarkError> {
    let pitch = Recipe::of(kind).length(PITCH);
    let Some((top, left, bottom, right)) = bounds(heights) else {
        return Err(too_small(0, pitch));
    };
    let area = (bottom - top + 1) * (right - left + 1);
    if area > Template::SAMPLES_MAX {
        let (found, most) = (area as f64 / 1e6, Template::SAMPLES_MAX as f64 / 1e6);
        let reason = format!("the mark's map would have {found:.1} million samples, at most {most:.1} are kept");
        return Err(MarkError::Unsuitable { reason });
    }
    let (mut squares, mut samples) = (0.0_f64, 0_usize);
    for height in heights.iter().filter(|height| !height.is_nan()) {
        squares += f64::from(*height).powi(2);
        samples += 1;
    }
    if samples < MARK_SAMPLES_MIN {
        return Err(too_small(samples, pitch));
    }
    let sq = (squares / samples as f64).sqrt();
    if sq.is_nan() || sq <= 0.0 {
        return Err(MarkError::Unsuitable { reason: "the mark is flat: Sq is 0".into() });
    }
    let scale = (1.0 / sq) as f32;
    let step = |height: &f32| {
        if height.is_nan() {
            Template::MISSING
        } else {
            ((height * scale).clamp(-CLIP, CLIP) / Template::STEP).round() as i8
        }
    };
    let cut = heights.slice(ndarray::s![top..=bottom, left..=right]);
    let moved =
        |point: Point| Point { x: point.x - left as f64 * pitch.metres(), y: point.y - top as f64 * pitch.metres() };
    let circle = |circle: Circle| Circle { centre: moved(circle.centre), radius: circle.radius };
    Ok(Template {
        method: method.into(),
        kind,
        rows: cut.nrows() as u32,
        cols: cut.ncols() as u32,
        pitch,
        heights: cut.iter().map(step).collect(),
        sq: Metres::new(sq),
        origin: moved(region.origin),
        origin_kind: region.origin_kind,
        grade: region.grade,
        aperture: region.aperture.map(circle),
        outer: region.outer.map(circle),
        support: region.support,
    })
}

/// First and last row and column that hold a sample: `(top, left, bottom, right)`.
fn bounds(heights: &Array2<f32>) -> Option<(usize, usize, usize, usize)> {
    let mut found: Option<(usize, usize, usize, usize)> = None;
    for ((row, col), _) in heights.indexed_iter().filter(|(_, height)| !height.is_nan()) {
        let (top, left, bottom, right) = found.unwrap_or((row, col, row, col));
        found = Some((top.min(row), left.min(col), bottom.max(row), right.max(col)));
    }
    found
}

fn too_small(samples: usize, pitch: Metres) -> MarkError {
    let area = |samples: usize| samples as f64 * (pitch.metres() * 1e3).powi(2);
    MarkError::Unsuitable {
        reason: format!("the mark covers {:.3} mm2, at least {:.3} are needed", area(samples), area(MARK_SAMPLES_MIN)),
    }
}

/// Relief of a surface whose heights are clipped at three times its own spread.
fn picture(trace: &mut dyn Trace, step: &str, caption: &str, surface: &Surface) {
    if !trace.wanted() {
        return;
    }
    let (mut squares, mut samples) = (0.0_f32, 0.0_f32);
    for height in surface.heights.iter().filter(|height| !height.is_nan()) {
        squares += height * height;
        samples += 1.0;
    }
    let sq = (squares / samples.max(1.0)).sqrt();
    let image = with_bar(&enlarge(&relief(&surface.heights, 3.0 * sq), 2), Metres::new(surface.pitch.metres() / 2.0));
    trace.picture(step, &format!("{caption} Sq {:.2} um; black and white are 3 Sq.", sq * 1e6), image);
}
