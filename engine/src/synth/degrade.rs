//! What the hard marks of casework look like, made from good ones: noisy marks and sectors, from seeds.
//!
//! A *noisy* mark has band-limited white noise added, as strong as a multiple of its own Sq. A *sector* keeps what lies
//! between two directions from the origin, and its origin is found again as on a real partial mark: from the arc of the
//! inner border, with the radius of the aperture known from the class of firearm only.

use super::distractors::coded;
use super::texture::{generator, normal, uniform};
use crate::marks::{Grade, OriginKind, arc};
use crate::surface::fft::{Complex32, Direction, plane};
use crate::template::Template;
use crate::units::{Metres, Point, um};
use std::f64::consts::{PI, TAU};

/// Grain of the noise: white noise smoothed by a Gaussian of this standard deviation (the prototype's "30 um grain").
const GRAIN: Metres = um(30.0);
/// Cut-off of the high-pass every breech face mark went through: noise of the scan went through it too.
const LONGEST: Metres = um(250.0);
/// Spread of the aperture radius within a class: 22, 11 and 36 um on the Fadul, Weller and DFSC sets.
const RADIUS_SPREAD: Metres = um(22.0);
/// How well an examiner or a program places the origin before the arc is fitted, each axis.
const START_SPREAD: Metres = um(62.0);
/// A sector holds at least this share of what it would hold of an even mark: a direction in which the mark has a gap is
/// drawn again, so often at most.
const SHARE_MIN: f64 = 0.5;
const DRAWS: usize = 64;

/// The mark with noise of `strength` times its Sq added: white noise smoothed to a grain of 30 um, high-passed at
/// 250 um, brought to `strength` Sq rms over the mark's own samples. The sum is clipped at 3 of its own Sq as every
/// template is.
///
/// The same template, strength, seed and index give the same mark.
pub fn noisy(template: &Template, strength: f64, seed: u64, index: u64) -> Template {
    let (rows, cols) = (template.rows as usize, template.cols as usize);
    let mut random = generator([seed, 8, index, 0]);
    let mut noise: Vec<Complex32> = (0..rows * cols).map(|_| Complex32::new(normal(&mut random) as f32, 0.0)).collect();
    plane(&mut noise, rows, cols, Direction::Forward);
    let signed = |at: usize, side: usize| if at > side / 2 { at as f64 - side as f64 } else { at as f64 };
    let (grain, longest) = (GRAIN.steps(template.pitch), LONGEST.steps(template.pitch));
    for (at, value) in noise.iter_mut().enumerate() {
        let (fx, fy) = (signed(at % cols, cols) / cols as f64, signed(at / cols, rows) / rows as f64);
        let square = fx * fx + fy * fy;
        let low = (-2.0 * PI * PI * grain * grain * square).exp();
        let high = 1.0 - (-PI * (2f64.ln() / PI) * longest * longest * square).exp();
        *value *= (low * high) as f32;
    }
    plane(&mut noise, rows, cols, Direction::Inverse);
    let inside = || noise.iter().zip(&template.heights).filter(|(_, height)| **height != Template::MISSING);
    let count = inside().count().max(1) as f64;
    let mean = inside().map(|(value, _)| f64::from(value.re)).sum::<f64>() / count;
    let power = inside().map(|(value, _)| (f64::from(value.re) - mean).powi(2)).sum::<f64>() / count;
    let gain = strength / power.sqrt().max(1e-30);
    let heights: Vec<Option<f32>> = noise
        .iter()
        .zip(&template.heights)
        .map(|(value, &height)| {
            let added = ((f64::from(value.re) - mean) * gain) as f32;
            (height != Template::MISSING).then_some(f32::from(height) * Template::STEP + added)
        })
        .collect();
    let sum: f64 = heights.iter().flatten().map(|&height| f64::from(height).powi(2)).sum::<f64>() / count;
    let sq = Metres::new(template.sq.metres() * sum.sqrt().max(1e-12));
    Template { heights: coded(&heights), sq, ..template.clone() }
}

/// Which origin a sector gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectorOrigin {
    /// Found again from the arc of the inner border that is left, as on a real part of a mark.
    Found,
    /// That of the whole mark, which nobody knows in casework: tells what a lost mate is lost by.
    True,
}

/// What lies within `degrees` of the turn about the origin, in a direction drawn from the seed.
///
/// The origin that is [`SectorOrigin::Found`] is the centre of the inner border's arc on a circle whose radius is known to 22 um, sought from
/// 62 um (each axis) beside the true origin. It is a crop's origin of grade fair; where the arc is too poor to say, the
/// sought place stays and the grade is poor. The true origin is given the same kind and grade, so that it is searched for in
/// the same way. `None` if every direction drawn lies beside the mark.
///
/// The same template, degrees, seed and index give the same part, whatever the origin.
pub fn sector(template: &Template, degrees: f64, origin: SectorOrigin, seed: u64, index: u64) -> Option<Template> {
    let mut random = generator([seed, 9, index, 0]);
    let share = degrees / 360.0;
    let pitch = template.pitch.metres();
    let cols = template.cols as usize;
    let place = |at: usize| Point { x: (at % cols) as f64 * pitch, y: (at / cols) as f64 * pitch };
    let held = |at: &usize| template.heights[*at] != Template::MISSING;
    let direction = |point: Point| (point.y - template.origin.y).atan2(point.x - template.origin.x) / TAU;
    let whole: Vec<Point> = (0..template.heights.len()).filter(held).map(place).collect();
    let inside = |start: f64, point: Point| (direction(point) - start).rem_euclid(1.0) < share;
    let start = (0..DRAWS).map(|_| uniform(&mut random)).find(|&start| {
        let count = whole.iter().filter(|point| inside(start, **point)).count();
        count > 0 && count as f64 >= SHARE_MIN * share * whole.len() as f64
    })?;
    let kept = |at: usize| held(&at) && inside(start, place(at));
    let part: Vec<Point> = whole.iter().copied().filter(|point| inside(start, *point)).collect();
    let mut off = |spread: Metres| spread.metres() * normal(&mut random);
    let sought = Point { x: template.origin.x + off(START_SPREAD), y: template.origin.y + off(START_SPREAD) };
    let error = off(RADIUS_SPREAD);
    let class = arc::inner_circle(&whole, template.origin)
        .map_or(template.aperture.map_or(Metres::new(0.0), |circle| circle.radius), |circle| circle.radius);
    let found = arc::inner_centre(&part, sought, Metres::new(class.metres() + error))
        .filter(|centre| centre.distance(sought).metres() < 4.0 * START_SPREAD.metres());
    let values: Vec<Option<f32>> =
        (0..template.heights.len()).map(|at| kept(at).then(|| f32::from(template.heights[at]))).collect();
    let mut sector = template.clone();
    sector.heights = coded(&values);
    sector.origin = match origin {
        SectorOrigin::Found => found.unwrap_or(sought),
        SectorOrigin::True => template.origin,
    };
    sector.origin_kind = OriginKind::Crop;
    sector.grade = if found.is_some() { Grade::Fair } else { Grade::Poor };
    sector.support = None;
    sector.aperture = None;
    sector.outer = None;
    Some(sector)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::impression::BreechFace;

    fn rms(values: impl Iterator<Item = f64>) -> f64 {
        let (count, squares) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value * value));
        (squares / f64::max(count, 1.0)).sqrt()
    }

    #[test]
    fn noise_of_one_and_a_half_sq_leaves_a_correlation_of_0_55() {
        let mark = BreechFace::new(3, 0).shot(1);
        let noisy = noisy(&mark, 1.5, 7, 0);
        let (mut cross, mut own, mut other) = (0.0, 0.0, 0.0);
        for (&a, &b) in mark.heights.iter().zip(&noisy.heights) {
            assert_eq!(a == Template::MISSING, b == Template::MISSING);
            if a != Template::MISSING {
                cross += f64::from(a) * f64::from(b);
                own += f64::from(a).powi(2);
                other += f64::from(b).powi(2);
            }
        }
        // Independent noise: 1 / sqrt(1 + 1.5^2) = 0.555.
        let correlation = cross / (own * other).sqrt();
        assert!((correlation - 0.555).abs() < 0.03, "{correlation:.3}");
        let grown = noisy.sq.metres() / mark.sq.metres();
        assert!((grown - 3.25f64.sqrt()).abs() < 0.1, "Sq grew {grown:.3} times, sqrt(1 + 1.5^2) = 1.803 expected");
    }

    #[test]
    fn a_third_of_the_turn_holds_a_third_of_the_mark_and_its_centre_is_off_by_tens_of_micrometres() {
        let mut errors = Vec::new();
        for index in 0..12 {
            let mark = BreechFace::new(5, index).shot(1);
            let part = sector(&mark, 120.0, SectorOrigin::Found, 7, index).unwrap();
            let count = |mark: &Template| mark.heights.iter().filter(|height| **height != Template::MISSING).count();
            let share = count(&part) as f64 / count(&mark) as f64;
            assert!((0.15..0.60).contains(&share), "{share:.2}: the annulus is a crescent");
            assert!((part.origin_kind, part.grade >= Grade::Fair) == (OriginKind::Crop, true));
            let known = sector(&mark, 120.0, SectorOrigin::True, 7, index).unwrap();
            assert!(known.origin == mark.origin && known.heights == part.heights);
            errors.push(part.origin.distance(mark.origin).micrometres());
        }
        let error = rms(errors.iter().copied());
        // The radius is off by 22 um rms, which moves the centre of a 120 degree arc by that over sin(60) or so.
        assert!((10.0..60.0).contains(&error), "{error:.0} um rms: {errors:.0?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_mark_and_another_another() {
        let mark = BreechFace::new(3, 1).shot(1);
        assert_eq!(noisy(&mark, 1.0, 7, 1), noisy(&mark, 1.0, 7, 1));
        assert_ne!(noisy(&mark, 1.0, 7, 1).heights, noisy(&mark, 1.0, 8, 1).heights);
        assert_eq!(sector(&mark, 90.0, SectorOrigin::Found, 7, 1), sector(&mark, 90.0, SectorOrigin::Found, 7, 1));
        assert_ne!(sector(&mark, 90.0, SectorOrigin::Found, 7, 1), sector(&mark, 90.0, SectorOrigin::Found, 7, 2));
    }
}
