//! How many shifted origins a search tries.
//!
//! The origins of two marks of one firearm differ by what the origin is the centre of: about 25 um (90 % within 60 um)
//! for aperture edges, up to 85 um between an edge found on a raw scan and the border of a crop, up to 285 um for
//! primer circles. Probes 60 um apart lose nothing against finer ones.

use crate::marks::{Grade, OriginKind};
use crate::units::{Metres, um};

/// How far the origins of two marks may lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Within about 60 um: the origin and a hexagon of 60 um.
    Near,
    /// Within about 130 um: two hexagonal rings of 60 um.
    Middle,
    /// Within about 185 um: three hexagonal rings of 60 um. A part of a mark's inner border says its centre to 22 um
    /// (median), at worst to 100.
    Wide,
    /// Within about 285 um: a hexagonal lattice of 75 um.
    Far,
}

impl Reach {
    /// Every reach, nearest first.
    pub const ALL: [Reach; Reach::COUNT] = [Reach::Near, Reach::Middle, Reach::Wide, Reach::Far];
    /// How many there are.
    pub const COUNT: usize = 4;

    /// What the origin of one mark asks for by itself.
    pub fn of(kind: OriginKind, grade: Grade) -> Self {
        match (kind, grade) {
            (OriginKind::Outer | OriginKind::Middle, _) | (_, Grade::Poor) => Self::Far,
            (OriginKind::Manual, _) | (_, Grade::Fair) => Self::Middle,
            (OriginKind::Aperture | OriginKind::Crop, Grade::Good) => Self::Near,
        }
    }

    /// What two marks ask for: the larger of both, and the middle one at least if one origin is the edge found on a
    /// raw scan and the other a crop's border, because people cut generously.
    pub fn of_pair(reference: (OriginKind, Grade), compared: (OriginKind, Grade)) -> Self {
        let larger = Self::of(reference.0, reference.1).max(Self::of(compared.0, compared.1));
        if reference.0 == compared.0 { larger } else { larger.max(Self::Middle) }
    }

    /// Shifts of the reference's origin to try, nearest first.
    pub fn shifts(self) -> Vec<(Metres, Metres)> {
        let (step, radius) = match self {
            Self::Near => (um(60.0), um(65.0)),
            Self::Middle => (um(60.0), um(130.0)),
            Self::Wide => (um(60.0), um(185.0)),
            Self::Far => (um(75.0), um(285.0)),
        };
        hexagonal(step, radius)
    }
}

/// Points of a hexagonal lattice of spacing `step` within `radius`, nearest first, then by angle.
fn hexagonal(step: Metres, radius: Metres) -> Vec<(Metres, Metres)> {
    let reach = radius.steps(step).ceil() as i32 * 2;
    let mut points = Vec::new();
    for row in -reach..=reach {
        for col in -reach..=reach {
            let x = step.metres() * (f64::from(col) + f64::from(row) / 2.0);
            let y = step.metres() * f64::from(row) * 0.75f64.sqrt();
            if x.hypot(y) <= radius.metres() {
                points.push((x, y));
            }
        }
    }
    let key = |&(x, y): &(f64, f64)| ((x.hypot(y) * 1e9).round(), y.atan2(x));
    points.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal));
    points.into_iter().map(|(x, y)| (Metres::new(x), Metres::new(y))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_nineteen_thirty_seven_and_fifty_five_probes_cover_the_four_reaches() {
        assert_eq!(Reach::ALL.map(|reach| reach.shifts().len()), [7, 19, 37, 55]);
    }

    #[test]
    fn an_aperture_against_a_crop_asks_for_nineteen_probes() {
        let (raw, crop) = ((OriginKind::Aperture, Grade::Good), (OriginKind::Crop, Grade::Good));
        assert_eq!(Reach::of_pair(raw, raw), Reach::Near);
        assert_eq!(Reach::of_pair(raw, crop), Reach::Middle);
        assert_eq!(Reach::of_pair((OriginKind::Outer, Grade::Poor), crop), Reach::Far);
    }
}
