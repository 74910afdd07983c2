//! How much of a part of a mark its mate shows at all: what a mate has lost or never carried cannot be found.

use headstamp_engine::compare::register;
use headstamp_engine::template::Template;
use headstamp_engine::units::Point;

/// Lower limits of the classes that figures are given for, as shares of the part's samples.
pub(crate) const CLASSES: [f64; 3] = [0.6, 0.4, 0.0];

/// Share of the samples of `part`, cut from `whole` on its grid, where `mate` has one too, as the whole marks lie on each
/// other. `None` if they cannot be laid on each other.
pub(crate) fn overlap(part: &Template, whole: &Template, mate: &Template) -> Option<f64> {
    let back = register(whole, mate, false).first()?.inverse();
    let (pitch, own) = (part.pitch.metres(), mate.pitch.metres());
    let cols = part.cols as usize;
    let (mut all, mut shared) = (0usize, 0usize);
    for place in (0..part.heights.len()).filter(|&place| part.heights[place] != Template::MISSING) {
        all += 1;
        let (row, col) = ((place / cols) as f64, (place % cols) as f64);
        let there = back.apply(Point { x: col * pitch - whole.origin.x, y: row * pitch - whole.origin.y });
        let (row, col) = (((mate.origin.y + there.y) / own).round(), ((mate.origin.x + there.x) / own).round());
        let inside = row >= 0.0 && col >= 0.0 && row < f64::from(mate.rows) && col < f64::from(mate.cols);
        let held = |place: usize| mate.heights[place] != Template::MISSING;
        shared += usize::from(inside && held(row as usize * mate.cols as usize + col as usize));
    }
    (all > 0).then(|| shared as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use headstamp_engine::synth::degrade::{SectorOrigin, sector};
    use headstamp_engine::synth::impression::BreechFace;

    #[test]
    fn a_part_lies_on_its_own_mark_entirely_and_on_a_mark_without_these_directions_hardly() {
        let mark = BreechFace::new(3, 1).shot(1);
        let part = sector(&mark, 120.0, SectorOrigin::True, 7, 0).unwrap();
        let whole = overlap(&part, &mark, &mark).unwrap();
        assert!(whole > 0.98, "{whole:.3}");
        let mut rest = mark.clone();
        for (height, own) in rest.heights.iter_mut().zip(&part.heights) {
            *height = if *own == Template::MISSING { *height } else { Template::MISSING };
        }
        let none = overlap(&part, &mark, &rest).unwrap();
        assert!(none < 0.02, "{none:.3}");
    }
}
