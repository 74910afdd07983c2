//! The comparison as an examiner sees it: both signatures laid on each other, with the segments that agree shaded.

use super::StriaeComparison;
use crate::picture::profiles::{Profiles, profiles};
use crate::picture::scale::with_bar;
use crate::striae::Signature;
use crate::units::Metres;
use image::RgbImage;

/// Rows of the plot.
const HEIGHT: u32 = 220;
/// Height drawn at the edges, robust standard deviations.
const CLIP: f32 = 6.0;

/// Draws both signatures in units of their own deviation: the reference in blue, the compared one in vermilion, moved
/// and stretched to lie on it, the reference's agreeing segments shaded. One pixel is one sample of the reference.
pub fn plot(reference: &Signature, compared: &Signature, comparison: &StriaeComparison) -> RgbImage {
    let own = scaled(reference);
    let compared = if comparison.lie.reversed() { compared.reversed() } else { compared.clone() };
    let other = scaled(&compared);
    let pitch = reference.pitch;
    let samples = |length: Metres| length.steps(pitch);
    let middle = own.len() as f64 / 2.0;
    let lag = comparison.lag.steps(pitch);
    let laid: Vec<f32> = (0..own.len())
        .map(|place| {
            let at = middle + (place as f64 - middle) * (1.0 + comparison.stretch) + lag;
            let left = at.floor();
            let share = (at - left) as f32;
            match (other.get(left as usize), other.get(left as usize + 1)) {
                (Some(one), Some(next)) if left >= 0.0 => one + share * (next - one),
                _ => f32::NAN,
            }
        })
        .collect();
    let shaded: Vec<(usize, usize)> = comparison
        .forward
        .segments
        .iter()
        .filter(|segment| segment.agrees)
        .map(|segment| {
            let start = samples(segment.start);
            (start as usize, (start + samples(segment.length)) as usize)
        })
        .collect();
    let image = profiles(&Profiles { first: &own, second: &laid, shaded: &shaded, clip: CLIP, height: HEIGHT });
    with_bar(&image, pitch)
}

fn scaled(signature: &Signature) -> Vec<f32> {
    let sigma = signature.sigma.metres() as f32;
    signature.profile().into_iter().map(|height| height / sigma).collect()
}
