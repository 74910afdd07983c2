//! The examiner's picture of a region: what was taken as aperture, as primer and as mark, and what was not.

use super::aperture::Aperture;
use super::circle::Round;
use super::ellipse::Curve;
use super::{OriginKind, Region};
use crate::picture::region::{Line, Spot, region as picture};
use crate::surface::Surface;
use crate::trace::Trace;
use image::Rgb;

/// Heights drawn black and white, metres from the primer's form.
const CLIP: f32 = 25e-6;
/// Points of a drawn curve.
const POINTS: usize = 240;
/// Half length of the cross at the origin, micrometres.
const CROSS: f64 = 80.0;
/// Okabe and Ito's vermilion, bluish green, reddish purple, orange and blue.
const APERTURE: Rgb<u8> = Rgb([213, 94, 0]);
const OUTER: Rgb<u8> = Rgb([0, 158, 115]);
const RUNNER: Rgb<u8> = Rgb([204, 121, 167]);
const RISING: Rgb<u8> = Rgb([230, 159, 0]);
const FALLING: Rgb<u8> = Rgb([0, 114, 178]);

/// Draws the region over `surface` (levelled, or as it came for a crop).
pub(super) fn region(
    surface: &Surface,
    region: &Region,
    found: Option<&Aperture>,
    aperture: Option<&Curve>,
    outer: &Round,
    trace: &mut dyn Trace,
) {
    if !trace.wanted() {
        return;
    }
    let spots: Vec<Spot> = found
        .iter()
        .flat_map(|found| &found.edges)
        .map(|edge| Spot {
            point: [edge.x * 1e-6, edge.y * 1e-6],
            strength: edge.weight,
            colour: if edge.rises { RISING } else { FALLING },
        })
        .collect();
    let mut lines = vec![closed(&Curve::circle(*outer), OUTER, false)];
    let runner = found.and_then(|found| found.runner);
    lines.extend(runner.map(|other| closed(&Curve::circle(other.round), RUNNER, true)));
    lines.extend(aperture.map(|curve| closed(curve, APERTURE, false)));
    let (x, y) = (region.origin.x, region.origin.y);
    let cross = CROSS * 1e-6;
    let colour = if region.origin_kind == OriginKind::Outer { OUTER } else { APERTURE };
    for (dx, dy) in [(cross, 0.0), (0.0, cross)] {
        lines.push(Line { points: vec![[x - dx, y - dy], [x + dx, y + dy]], colour, dashed: false });
    }
    trace.picture("region", &caption(region, found), picture(surface, CLIP, &region.mask, &spots, &lines));
}

fn closed(curve: &Curve, colour: Rgb<u8>, dashed: bool) -> Line {
    let points = (0..=POINTS).map(|step| {
        let angle = step as f64 * std::f64::consts::TAU / POINTS as f64;
        let r = curve.radius(angle);
        [(curve.round.x + r * angle.cos()) * 1e-6, (curve.round.y + r * angle.sin()) * 1e-6]
    });
    Line { points: points.collect(), colour, dashed }
}

fn caption(region: &Region, found: Option<&Aperture>) -> String {
    let origin = match region.origin_kind {
        OriginKind::Aperture => "the firing-pin aperture's edge (vermilion)",
        OriginKind::Crop => "the crop's inner border (vermilion)",
        OriginKind::Outer => "the primer's outer circle (green): the aperture is not to be relied on",
        OriginKind::Manual => "points set by an examiner",
        OriginKind::Middle => "the middle of the mark",
    };
    let mut text = format!("Region of the mark (blue tint). Origin: the centre of {origin}; grade {:?}.", region.grade);
    if let Some(found) = found {
        let support = found.support;
        text += &format!(
            " An edge rising inward on {:.0} % of the turn, longest arc without support {:.0} degrees, standard error of the \
             centre {:.0} um, next best circle (purple, dashed) at {:.0} % of its score. Spots: edges rising (orange) and \
             falling (blue) inward.",
            support.rise * 100.0,
            support.gap,
            support.se.micrometres(),
            support.runner * 100.0
        );
    }
    text
}
