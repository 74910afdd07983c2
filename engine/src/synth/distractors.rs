//! Distractors: marks of no firearm that look as much as possible like those of a given set.
//!
//! * A *surrogate* keeps the mask, the origin and the power spectrum of a real mark and throws its phases away: a method
//!   that ranks it high measures the crop or the class, not the mark.
//! * A *mirrored* mark is as real as the original, and a *chimera* joins two to six sectors of mirrored marks of one set,
//!   each turned at random. Both are fair only where the mirror hypothesis is off: with it on they hold true (pieces of) marks.
//! * *Synthetic* marks come from [`super::impression`].

use super::impression::BreechFace;
use super::texture::{generator, uniform};
use crate::surface::fft::{Complex32, Direction, plane};
use crate::template::Template;
use std::f64::consts::TAU;

/// How a distractor was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Making {
    /// Mask, origin and power spectrum of a real mark, phases at random.
    Surrogate,
    /// A real mark turned over.
    Mirrored,
    /// Sectors of mirrored marks of one set.
    Chimera,
    /// Drawn by the generator.
    Synthetic,
}

/// A mark of no firearm.
#[derive(Clone, Debug)]
pub struct Distractor {
    /// The mark.
    pub template: Template,
    /// How it was made.
    pub making: Making,
}

/// Distractor number `index` made from the marks of some sets, each set as often as the others.
///
/// With the mirror hypothesis on: five surrogates, then one synthetic mark, and so on. With it off: of every six, two
/// surrogates, one synthetic mark and three chimeras, where the first chimeras give way to every mark mirrored once.
/// Any first part of the sequence is the same mix. `None` if there is no mark to make one from. The same sets, seed and
/// index give the same mark.
pub fn distractor(sets: &[&[Template]], mirror: bool, seed: u64, index: u64) -> Option<Distractor> {
    let sets: Vec<&[Template]> = sets.iter().copied().filter(|set| !set.is_empty()).collect();
    let (round, place) = (index / 6, index % 6);
    if place == 5 {
        let template = BreechFace::new(seed, index).shot(1);
        return Some(Distractor { template, making: Making::Synthetic });
    }
    let mut random = generator([seed, 5, index, 0]);
    let set = *sets.get((uniform(&mut random) * sets.len() as f64) as usize)?;
    let mut any = || &set[((uniform(&mut random) * set.len() as f64) as usize).min(set.len() - 1)];
    if mirror || place.is_multiple_of(3) {
        return Some(Distractor { template: surrogate(any(), seed, index), making: Making::Surrogate });
    }
    // Places 1, 2 and 4 of a round.
    let number = (round * 3 + place / 2) as usize;
    if let Some(mark) = sets.iter().copied().flatten().nth(number) {
        return Some(Distractor { template: mirrored(mark), making: Making::Mirrored });
    }
    let parts: Vec<&Template> = (0..6).map(|_| any()).collect();
    Some(Distractor { template: chimera(&parts, seed, index), making: Making::Chimera })
}

/// The mark with random phases under its own mask: every amplitude of its spectrum stays.
pub fn surrogate(template: &Template, seed: u64, index: u64) -> Template {
    let (rows, cols) = (template.rows as usize, template.cols as usize);
    // A frame of lengths that transform fast; what is added lies outside the mark.
    let (high, wide) = (fast_length(rows), fast_length(cols));
    let mut random = generator([seed, 6, index, 0]);
    let mut mark = vec![Complex32::ZERO; high * wide];
    for (line, heights) in mark.chunks_exact_mut(wide).zip(template.heights.chunks_exact(cols.max(1))) {
        for (value, &height) in line.iter_mut().zip(heights) {
            value.re = if height == Template::MISSING { 0.0 } else { f32::from(height) };
        }
    }
    plane(&mut mark, high, wide, Direction::Forward);
    for row in 0..high {
        for col in 0..wide {
            let (at, partner) = (row * wide + col, (high - row) % high * wide + (wide - col) % wide);
            if at > partner {
                continue;
            }
            // A real map has conjugate values at opposite frequencies; a frequency that is its own opposite is real.
            let (sin, cos) = (uniform(&mut random) * TAU).sin_cos();
            let turn = if at == partner {
                Complex32::new(cos.signum() as f32, 0.0)
            } else {
                Complex32::new(cos as f32, sin as f32)
            };
            mark[at] = turn * mark[at].norm();
            mark[partner] = mark[at].conj();
        }
    }
    plane(&mut mark, high, wide, Direction::Inverse);
    let value = |at: usize| mark[at / cols * wide + at % cols].re;
    let heights: Vec<Option<f32>> = template
        .heights
        .iter()
        .enumerate()
        .map(|(at, &height)| (height != Template::MISSING).then(|| value(at)))
        .collect();
    Template { heights: coded(&heights), ..template.clone() }
}

/// The smallest length from `least` up whose only prime factors are 2, 3 and 5.
fn fast_length(least: usize) -> usize {
    let smooth = |length: &usize| {
        let mut rest = *length;
        for factor in [2, 3, 5] {
            while rest.is_multiple_of(factor) {
                rest /= factor;
            }
        }
        rest == 1
    };
    // A power of two is never further than twice away.
    (least.max(1)..).find(smooth).unwrap_or(least)
}

/// The mark turned over: `(x, y) -> (x, -y)`.
pub fn mirrored(template: &Template) -> Template {
    let cols = template.cols as usize;
    let height = (f64::from(template.rows) - 1.0) * template.pitch.metres();
    let mut flipped = template.clone();
    flipped.heights = template.heights.chunks_exact(cols.max(1)).rev().flatten().copied().collect();
    flipped.origin.y = height - template.origin.y;
    for circle in [&mut flipped.aperture, &mut flipped.outer].into_iter().flatten() {
        circle.centre.y = height - circle.centre.y;
    }
    flipped
}

/// Two to six sectors of mirrored marks about one origin, each from another part and turned at random; the map and
/// origin of the first part. `parts` of one set look most real.
pub fn chimera(parts: &[&Template], seed: u64, index: u64) -> Template {
    let mut random = generator([seed, 7, index, 0]);
    let parts: Vec<Template> = parts.iter().map(|part| mirrored(part)).collect();
    let sectors = (2 + (uniform(&mut random) * 5.0) as usize).min(parts.len().max(2));
    let start = uniform(&mut random);
    let turns: Vec<(f64, f64)> = (0..sectors).map(|_| (uniform(&mut random) * TAU).sin_cos()).collect();
    let frame = &parts[0];
    let pitch = frame.pitch.metres();
    let cols = frame.cols as usize;
    let sample = |at: usize| {
        let (x, y) = ((at % cols) as f64 * pitch - frame.origin.x, (at / cols) as f64 * pitch - frame.origin.y);
        let sector = (((y.atan2(x) / TAU + start).rem_euclid(1.0) * sectors as f64) as usize).min(sectors - 1);
        let part = &parts[sector % parts.len()];
        let (sin, cos) = turns[sector];
        let (u, v) = (cos * x + sin * y + part.origin.x, cos * y - sin * x + part.origin.y);
        let (col, row) = ((u / part.pitch.metres()).round(), (v / part.pitch.metres()).round());
        if !(col >= 0.0 && row >= 0.0 && col < f64::from(part.cols) && row < f64::from(part.rows)) {
            return None;
        }
        let height = part.heights[row as usize * part.cols as usize + col as usize];
        (height != Template::MISSING).then_some(f32::from(height))
    };
    let heights: Vec<Option<f32>> = (0..frame.heights.len()).map(sample).collect();
    Template { heights: coded(&heights), ..frame.clone() }
}

/// Codes heights in steps of their own Sq.
pub(super) fn coded(heights: &[Option<f32>]) -> Vec<i8> {
    let count = heights.iter().flatten().count().max(1) as f64;
    let mean = heights.iter().flatten().map(|&height| f64::from(height)).sum::<f64>() / count;
    let power = heights.iter().flatten().map(|&height| (f64::from(height) - mean).powi(2)).sum::<f64>() / count;
    let per_step = 1.0 / (power.sqrt().max(1e-12) * f64::from(Template::STEP));
    heights
        .iter()
        .map(|height| match height {
            None => Template::MISSING,
            Some(height) => ((f64::from(*height) - mean) * per_step).round().clamp(-127.0, 127.0) as i8,
        })
        .collect()
}
