//! From a topography to a template: the one path of raw and already processed scans (`docs/method.md`).

use crate::formats::Topography;
use crate::marks::{self, MarkError, MarkKind, OriginKind, Region};
use crate::picture::relief::relief;
use crate::picture::scale::{enlarge, with_bar};
use crate::surface::level::level;
use crate::surface::{Surface, despike, filter, mask, resample};
use crate::template::Template;
use crate::trace::Trace;
use crate::units::{Circle, Metres, Point, um};
use ndarray::Array2;

/// Distance between the samples of a template. Its area average is also the low-pass of the band: a mean over 12.5 um
/// keeps half of a wave of 20.7 um, where a Gaussian of 16 um at this pitch would change nothing (`docs/method.md` section 1).
const PITCH: Metres = um(12.5);
/// Coarsest scan: the fine features begin at 65 um (`docs/method.md` section 3), two samples at this pitch are 50 um.
const INPUT_PITCH_MAX: Metres = um(25.0);
/// Longest waves of the mark (`docs/method.md` section 1).
const CUTOFF: Metres = um(250.0);
/// Biweight reweightings of the robust filter (`docs/method.md` section 1).
const REWEIGHTINGS: usize = 2;
/// Heights further from the form than this many robust standard deviations are no part of the face.
const OFF_FORM_SIGMAS: f32 = 6.0;
/// Patches smaller than 0.0078 mm2 (200 samples of 6.25 um) are debris.
const PATCH_SAMPLES_MIN: usize = 50;
/// Smallest mark, samples: 0.3 mm2, one and a half comparison cells.
const MARK_SAMPLES_MIN: usize = 1920;
/// Heights are clipped here, in multiples of Sq.
const CLIP: f32 = 127.0 * Template::STEP;

/// Makes the template of the mark of `kind` on `topography`, naming `method` in it.
///
/// Steps: spikes, area average to 12.5 um, region, robust form, border of one sample (12.5 um), robust Gaussian
/// regression of order 0 at 250 um, unit Sq, clip at 3 Sq. The map is cut to the mark.
///
/// # Errors
/// [`MarkError::Unsuitable`] if the scan is too coarse or holds no mark of 0.3 mm2; [`marks::locate`]'s errors.
pub(super) fn template(
    topography: &Topography,
    kind: MarkKind,
    method: &str,
    trace: &mut dyn Trace,
) -> Result<Template, MarkError> {
    let surface = square_grid(topography)?;
    let region = marks::locate(&surface, kind, trace)?;
    let levelled = levelled(&surface, &region)?;
    picture(trace, "levelled", "The mark without tilt and form.", &levelled);
    let filtered = filter::robust_high_pass(&levelled, CUTOFF, REWEIGHTINGS)
        .map_err(|error| MarkError::Unsuitable { reason: error.to_string() })?;
    picture(trace, "filtered", "What is compared: waves of about 20 to 250 um.", &filtered);
    encoded(&filtered.heights, &region, kind, method)
}

/// Takes spikes out and averages onto the template's grid.
fn square_grid(topography: &Topography) -> Result<Surface, MarkError> {
    let (pitch_x, pitch_y) = (topography.pitch_x, topography.pitch_y);
    for pitch in [pitch_x, pitch_y] {
        if pitch.metres().is_nan() || pitch > INPUT_PITCH_MAX || pitch <= um(0.0) {
            let (found, most) = (pitch.micrometres(), INPUT_PITCH_MAX.micrometres());
            return Err(MarkError::Unsuitable {
                reason: format!("samples lie {found:.1} um apart, at most {most:.0} um"),
            });
        }
    }
    let mut heights = topography.heights.clone();
    despike::remove_spikes(&mut heights);
    Ok(resample::area_average(&heights, pitch_x, pitch_y, PITCH))
}

/// Cuts the region out, takes its form off, and cleans its border.
fn levelled(surface: &Surface, region: &Region) -> Result<Surface, MarkError> {
    let mut cut = surface.clone();
    ndarray::Zip::from(&mut cut.heights).and(&region.mask).for_each(|height, inside| {
        *height = if *inside { *height } else { f32::NAN };
    });
    mask::drop_patches(&mut cut.heights, PATCH_SAMPLES_MIN);
    let levelled = level(&cut).ok_or_else(|| too_small(0))?;
    let limit = OFF_FORM_SIGMAS * levelled.sigma;
    let mut surface = levelled.surface;
    surface.heights.mapv_inplace(|height| if height.abs() <= limit { height } else { f32::NAN });
    // The border of a region found on a raw scan was taken off when it was found.
    if region.origin_kind == OriginKind::Crop {
        mask::erode(&mut surface.heights);
    }
    Ok(surface)
}

/// Heights in steps of Sq, cut to the mark, with the region's points moved along.
fn encoded(heights: &Array2<f32>, region: &Region, kind: MarkKind, method: &str) -> Result<Template, MarkError> {
    let Some((top, left, bottom, right)) = bounds(heights) else {
        return Err(too_small(0));
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
        return Err(too_small(samples));
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
        |point: Point| Point { x: point.x - left as f64 * PITCH.metres(), y: point.y - top as f64 * PITCH.metres() };
    let circle = |circle: Circle| Circle { centre: moved(circle.centre), radius: circle.radius };
    Ok(Template {
        method: method.into(),
        kind,
        rows: cut.nrows() as u32,
        cols: cut.ncols() as u32,
        pitch: PITCH,
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

fn too_small(samples: usize) -> MarkError {
    let area = |samples: usize| samples as f64 * (PITCH.metres() * 1e3).powi(2);
    MarkError::Unsuitable {
        reason: format!("the mark covers {:.2} mm2, at least {:.2} are needed", area(samples), area(MARK_SAMPLES_MIN)),
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
