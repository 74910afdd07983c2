//! Synthetic breech face scans in metres, cropped to the annulus as laboratories crop them.
//!
//! What [`super::impression`] says of a shot, before any filter, with what a scan adds: heights in micrometres, the
//! form that levelling leaves, a ragged edge, drop-outs, the noise of the instrument. The hole is seen a little beside
//! the firing-pin aperture, as far as the centres of same-source marks were measured to lie apart.

use super::impression::BreechFace;
use super::texture::{PITCH, SIDE, field, normal, uniform};
use crate::formats::{FormatError, Topography};
use crate::units::{Metres, um};
use std::f64::consts::TAU;

/// Height of one unit of texture: with it the prepared marks' Sq is about 1 um; the Fadul, Weller and DFSC sets have 0.9
/// to 1.3 um.
const UNIT: Metres = um(1.5);
/// How far the edge of the crop strays, root mean square: 1 % of the outer radius.
const RAGGED: Metres = um(17.0);
/// Largest share of samples missing in the middle of the mark.
const DROP_OUTS_MAX: f64 = 0.03;
/// Most that levelling leaves of the form: dome and astigmatism at the rim.
const FORM_MAX: Metres = um(1.5);
/// Noise of the instrument, root mean square.
const NOISE: Metres = um(0.05);

/// Shot number `shot` of a breech face, scanned at a random angle at 12.5 um.
///
/// The same breech face and shot give the same scan.
///
/// # Errors
/// [`FormatError::NoHeights`] if the aperture leaves nothing of the primer.
pub fn scan(face: &BreechFace, shot: u64) -> Result<Topography, FormatError> {
    let pressed = face.pressed(shot, face.turn(shot));
    let random = &mut pressed.random.clone();
    let dome = FORM_MAX.metres() * (2.0 * uniform(random) - 1.0);
    let astigmatism = FORM_MAX.metres() / 2.0 * (2.0 * uniform(random) - 1.0);
    let axis = uniform(random) * TAU;
    let ragged = [3.0, 5.0, 8.0, 13.0, 21.0].map(|waves| (waves, uniform(random) * TAU));
    let dust = field(random, um(20.0), 1.0, 0.0);
    let allowed = quantile(&dust, 1.0 - DROP_OUTS_MAX * uniform(random));

    let seen = pressed.seen_centre();
    let pitch = PITCH.metres();
    let mut heights = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        for col in 0..SIDE {
            let noise = NOISE.metres() * normal(random);
            let (x, y) = (col as f64 * pitch - seen.x, row as f64 * pitch - seen.y);
            let (u, v) = pressed.on_face(row, col);
            let direction = y.atan2(x);
            // Five waves of equal height: their rms is that of one times sqrt(5 / 2).
            let waves: f64 = ragged.iter().map(|(waves, phase)| (waves * direction + phase).sin()).sum();
            let stray = RAGGED.metres() * waves / 2.5f64.sqrt();
            // The edge of the aperture is sharp, the rim is not.
            let inside = x.hypot(y) >= face.aperture().metres() + stray / 5.0 && pressed.beyond_rim(u, v) <= stray;
            let square = (x * x + y * y) / um(1700.0).metres().powi(2);
            let form = dome * square + astigmatism * square * (2.0 * direction - axis).cos();
            let height = UNIT.metres() * f64::from(pressed.height(u, v)) + form + noise;
            heights.push(if inside && dust[(row, col)] <= allowed { height } else { f64::NAN });
        }
    }
    Topography::from_metres(&heights, (SIDE, SIDE), (PITCH, PITCH), Metres::new(0.0))
}

/// The value that this share of a field lies below.
fn quantile(field: &ndarray::Array2<f32>, share: f64) -> f32 {
    let mut values: Vec<f32> = field.iter().copied().collect();
    let place = ((values.len() - 1) as f64 * share.clamp(0.0, 1.0)) as usize;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}
