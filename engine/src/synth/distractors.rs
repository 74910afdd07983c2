//! Distractors: marks of no firearm that look as much as possible like those of a given set.
//!
//! * A *surrogate* keeps the mask, the origin and the power spectrum of a real mark and throws its phases away: a method
//!   that ranks it high measures the crop or the class, not the mark.
//! * A *mirrored* mark is as real as the original, and a *chimera* joins two to six sectors of mirrored marks, each
//!   turned at random. Both are fair only where the mirror hypothesis is off: with it on they hold true (pieces of) marks.
//! * *Synthetic* marks come from [`super::impression`].

use super::impression::BreechFace;
use super::texture::{generator, normal, uniform};
use crate::surface::fft::{Complex32, Direction, plane};
use crate::template::Template;
use std::f64::consts::TAU;

/// Distractor number `index` made from `templates` (at least one): surrogates and synthetic marks in turn if the mirror
/// hypothesis is asked, else surrogates, chimeras and mirrored marks.
///
/// The same templates, index and seed give the same mark.
pub fn distractor(templates: &[Template], mirror: bool, seed: u64, index: u64) -> Option<Template> {
    let mut random = generator([seed, 5, index, 0]);
    let mut any = || templates.get((uniform(&mut random) * templates.len() as f64) as usize);
    Some(match (mirror, index % 3) {
        (_, 0) | (true, 1) => surrogate(any()?, seed, index),
        (true, _) => BreechFace::new(seed, index).shot(1),
        (false, 1) if index / 3 < templates.len() as u64 => mirrored(templates.get((index / 3) as usize)?),
        (false, _) => {
            // Sectors of one set: the neighbours of a mark in the list.
            let parts: Vec<&Template> = (0..6).filter_map(|_| any()).collect();
            chimera(&parts, seed, index)
        }
    })
}

/// True if [`distractor`] number `index` is a surrogate.
pub fn is_surrogate(index: u64, mirror: bool) -> bool {
    index.is_multiple_of(3) || (mirror && index % 3 == 1)
}

/// The mark with random phases under its own mask.
pub fn surrogate(template: &Template, seed: u64, index: u64) -> Template {
    let (rows, cols) = (template.rows as usize, template.cols as usize);
    let mut random = generator([seed, 6, index, 0]);
    let mut noise: Vec<Complex32> = (0..rows * cols).map(|_| Complex32::new(normal(&mut random) as f32, 0.0)).collect();
    let mut mark: Vec<Complex32> = template
        .heights
        .iter()
        .map(|&height| Complex32::new(if height == Template::MISSING { 0.0 } else { f32::from(height) }, 0.0))
        .collect();
    plane(&mut noise, rows, cols, Direction::Forward);
    plane(&mut mark, rows, cols, Direction::Forward);
    for (value, noise) in mark.iter_mut().zip(&noise) {
        *value = *noise * (value.norm() / noise.norm().max(f32::MIN_POSITIVE));
    }
    plane(&mut mark, rows, cols, Direction::Inverse);
    let heights: Vec<Option<f32>> = mark
        .iter()
        .zip(&template.heights)
        .map(|(value, &height)| (height != Template::MISSING).then_some(value.re))
        .collect();
    Template { heights: coded(&heights), ..template.clone() }
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
