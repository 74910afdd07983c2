//! Marks smaller than a breech face: the firing pin's inside the aperture of a primer, or a scan cut to one mark.
//!
//! What fits into a circle of 1.3 mm radius is taken as one mark that was cut out before it came here. On a larger scan the
//! firing-pin aperture is found as for a breech face, and the firing pin's impression is the deepest quarter of what lies inside
//! it; an ejector's mark lies on the case head and is not looked for. The origin is the middle of the mark, which says less than an
//! aperture's edge does: searches try many shifts about it.

use super::{Grade, MarkError, MarkKind, OriginKind, Region, locate};
use crate::surface::Surface;
use crate::trace::Trace;
use crate::units::{Circle, Metres, Point, um};
use ndarray::Array2;

/// Radius within which all samples of a scan cut to one small mark lie: a firing-pin aperture has at most 1.15 mm
/// (`docs/method.md` section 2).
const CUT_RADIUS_MAX: Metres = um(1300.0);
/// The impression is deeper than this share of the way from the aperture's floor, the median inside it, down to the
/// deepest twentieth: the pin's flank and what flowed into the aperture lie above.
const DEEP: f32 = 0.75;
const DEEPEST: f64 = 0.05;

/// Finds a small mark.
///
/// # Errors
/// [`MarkError::Unsuitable`] if the scan is neither cut to one mark nor, for a firing pin, a primer with an aperture.
pub(super) fn find(surface: &Surface, kind: MarkKind, trace: &mut dyn Trace) -> Result<Region, MarkError> {
    let (centre, radius) = extent(&surface.heights, surface.pitch)
        .ok_or_else(|| MarkError::Unsuitable { reason: "the scan holds no samples".into() })?;
    if radius <= CUT_RADIUS_MAX {
        let mask = surface.heights.mapv(|height| !height.is_nan());
        return Ok(region(mask, centre, None));
    }
    if kind == MarkKind::EjectorImpression {
        let (found, most) = (radius.micrometres(), CUT_RADIUS_MAX.micrometres());
        let reason = format!(
            "the scan reaches {found:.0} um from its middle, and an ejector's mark is not looked for on a case head: cut the \
             scan to the mark (at most {most:.0} um)"
        );
        return Err(MarkError::Unsuitable { reason });
    }
    let face = locate(surface, MarkKind::BreechFaceImpression, trace)?;
    let (Some(aperture), OriginKind::Aperture) = (face.aperture, face.origin_kind) else {
        let reason = "no firing-pin aperture was found on the scan: cut the scan to the firing pin's impression".into();
        return Err(MarkError::Unsuitable { reason });
    };
    let inside = |row: usize, col: usize| {
        let (x, y) = (col as f64 * surface.pitch.metres(), row as f64 * surface.pitch.metres());
        (x - aperture.centre.x).hypot(y - aperture.centre.y) <= aperture.radius.metres()
    };
    let held = surface.heights.indexed_iter().filter(|((row, col), height)| !height.is_nan() && inside(*row, *col));
    let mut heights: Vec<f32> = held.map(|(_, height)| *height).collect();
    heights.sort_unstable_by(f32::total_cmp);
    let (Some(floor), Some(deepest)) =
        (heights.get(heights.len() / 2), heights.get((heights.len() as f64 * DEEPEST) as usize))
    else {
        return Err(MarkError::Unsuitable { reason: "the firing-pin aperture holds no samples".into() });
    };
    let limit = floor + DEEP * (deepest - floor);
    // A missing height is not below any limit.
    let mask = Array2::from_shape_fn(surface.heights.dim(), |(row, col)| {
        inside(row, col) && surface.heights[[row, col]] <= limit
    });
    Ok(region(mask, aperture.centre, Some(aperture)))
}

fn region(mask: Array2<bool>, origin: Point, aperture: Option<Circle>) -> Region {
    Region { mask, origin, origin_kind: OriginKind::Middle, grade: Grade::Fair, aperture, outer: None, support: None }
}

/// Centre of the samples' bounding box and the distance of the farthest from it.
fn extent(heights: &Array2<f32>, pitch: Metres) -> Option<(Point, Metres)> {
    let present = || heights.indexed_iter().filter(|(_, height)| !height.is_nan()).map(|(place, _)| place);
    let (top, bottom) = (present().map(|place| place.0).min()?, present().map(|place| place.0).max()?);
    let (left, right) = (present().map(|place| place.1).min()?, present().map(|place| place.1).max()?);
    let (row, col) = ((top + bottom) as f64 / 2.0, (left + right) as f64 / 2.0);
    let far = present().map(|(r, c)| (r as f64 - row).hypot(c as f64 - col)).fold(0.0, f64::max);
    let centre = Point { x: col * pitch.metres(), y: row * pitch.metres() };
    Some((centre, Metres::new(far * pitch.metres())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_cut_mark_is_that_of_its_samples_not_of_the_grid() {
        let heights = Array2::from_shape_fn((60, 80), |(row, col)| {
            if (10..=30).contains(&row) && (40..=60).contains(&col) { 0.0 } else { f32::NAN }
        });
        let (centre, radius) = extent(&heights, um(2.0)).unwrap();
        assert!((centre.x - 100e-6).abs() < 1e-12 && (centre.y - 40e-6).abs() < 1e-12, "{centre:?}");
        assert!((radius.micrometres() - 20.0 * 2f64.sqrt()).abs() < 1e-9);
        assert!(extent(&Array2::from_elem((3, 3), f32::NAN), um(2.0)).is_none());
    }
}
