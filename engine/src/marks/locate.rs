//! Where the mark lies on a scan, and its origin.
//!
//! A cropped scan is taken as it is ([`super::crop`]). On a raw scan of a whole primer the steps of `docs/method.md` section 2 run in
//! order: plateau, outer circle, aperture, grade, mask. The same surface gives the same region whatever the machine: random
//! draws are seeded with constants and every sum runs in a fixed order.

use super::aperture::{self, Aperture};
use super::ellipse::Curve;
use super::field::Field;
use super::outer::{self, Levelled, Outer};
use super::{Grade, MarkError, MarkKind, OriginKind, Region, crop, mask, plateau, show, small};
use crate::surface::Surface;
use crate::trace::Trace;

/// Least area of a usable mark, square millimetres.
const AREA_MIN: f64 = 0.35;
/// An outer circle can stand in for the aperture if this share of the turn lies on it.
const OUTER_SUPPORT_MIN: f64 = 0.9;

/// Radii of the flat part of small pistol primers (9 mm class), micrometres; five real ones measure 1590 to 1796. A border
/// outside may be another edge than the primer's, so its aperture is never graded good.
const SMALL_PRIMER: std::ops::RangeInclusive<f64> = 1450.0..=1900.0;

/// Finds the region of a mark on a surface.
///
/// - `surface`: heights in metres, NaN where missing, best at 12.5 um (see [`crate::surface::resample::area_average`]); tilt
///   and dome need not be removed.
/// - The region's mask has the surface's shape, its circles are in metres on the surface.
/// - Pictures of what was found go to `trace` if it wants them.
///
/// # Errors
/// [`MarkError::Unsuitable`] if no annulus of at least 0.35 mm2 or no circle that can be its origin is found.
pub fn locate(surface: &Surface, kind: MarkKind, trace: &mut dyn Trace) -> Result<Region, MarkError> {
    match kind {
        MarkKind::BreechFaceImpression => breech_face(surface, trace),
        MarkKind::FiringPinImpression | MarkKind::EjectorImpression => small::find(surface, kind, trace),
    }
}

fn breech_face(surface: &Surface, trace: &mut dyn Trace) -> Result<Region, MarkError> {
    let field = Field::of(surface);
    let coverage = surface.coverage();
    if let Some(crop) = crop::recognise(&field) {
        let region = Region {
            mask: field.mask(&crop.cells),
            origin: crop.inner.circle().centre,
            origin_kind: OriginKind::Crop,
            grade: crop.grade,
            aperture: Some(crop.inner.circle()),
            outer: Some(crop.outer.circle()),
            support: None,
        };
        let aperture = Curve::circle(crop.inner);
        show::region(surface, &region, None, Some(&aperture), &crop.outer, trace);
        return large_enough(region, &field);
    }
    let plateau = plateau::find(&field)
        .map_err(|reason| unsuitable(format!("{reason}; {:.0} % of the scan is present", coverage * 100.0)))?;
    let levelled = Levelled::of(&field, &plateau.form);
    let outer = outer::find(&levelled, &plateau.round).unwrap_or(Outer { round: plateau.round, support: 0.0 });
    let found = aperture::find(&levelled, &outer.round);
    let region = raw_region(&field, &levelled, &outer, found.as_ref())?;
    if trace.wanted() {
        let levelled = plateau.form.removed(&field).surface();
        let aperture = found.as_ref().map(|found| &found.curve);
        show::region(&levelled, &region, found.as_ref(), aperture, &outer.round, trace);
    }
    large_enough(region, &field)
}

/// Chooses the origin by `docs/method.md` section 2 and cuts the mask.
fn raw_region(
    field: &Field,
    levelled: &Levelled,
    outer: &Outer,
    found: Option<&Aperture>,
) -> Result<Region, MarkError> {
    // A border too small for a primer is the floor inside an aperture: nothing found on it can be trusted.
    let primer = plateau::RADIUS.0 <= outer.round.r;
    let worst = if SMALL_PRIMER.contains(&outer.round.r) { Grade::Good } else { Grade::Fair };
    let grade = found.filter(|_| primer).map_or(Grade::Poor, |found| found.grade.max(worst));
    let (origin, origin_kind) = match found {
        Some(found) if grade != Grade::Poor || outer.support < OUTER_SUPPORT_MIN => {
            (found.curve.round, OriginKind::Aperture)
        }
        None if outer.support < OUTER_SUPPORT_MIN => {
            return Err(unsuitable(format!(
                "no firing-pin aperture was found, and only {:.0} % of the primer's border lies on a circle",
                outer.support * 100.0
            )));
        }
        _ => (outer.round, OriginKind::Outer),
    };
    let cells = mask::mark(field, levelled, found.map(|found| &found.curve), &outer.round);
    Ok(Region {
        mask: field.mask(&cells),
        origin: origin.circle().centre,
        origin_kind,
        grade,
        aperture: found.map(|found| found.curve.round.circle()),
        outer: Some(outer.round.circle()),
        support: found.map(|found| found.support),
    })
}

fn large_enough(region: Region, field: &Field) -> Result<Region, MarkError> {
    let area = region.mask.iter().filter(|cell| **cell).count() as f64 * field.cell_mm2();
    if area < AREA_MIN {
        return Err(unsuitable(format!("only {area:.2} mm2 of the primer can bear a mark, {AREA_MIN} mm2 are needed")));
    }
    Ok(region)
}

fn unsuitable(reason: String) -> MarkError {
    MarkError::Unsuitable { reason }
}
