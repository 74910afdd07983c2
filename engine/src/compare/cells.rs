//! Every cell of one mark searched in the other, around a registration (`docs/method.md`; Song 2013, Tong et al. 2015).

use super::Registration;
use super::correlate::{Cut, Landscape};
use super::kernel::{REACH, SHIFTS, SIDE};
use super::patch::{CELL, Frame, Map, PITCH};

/// Angles searched about the registration, degrees: far enough that a wrong registration shows by cells that disagree
/// (`docs/method.md` section 5).
pub(super) const ANGLES: [f64; 7] = [-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0];
/// Where one cell fits best at one angle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    /// Correlation there, -1 to 1.
    pub(super) correlation: f64,
    /// Share of the cell's own samples that are present in both marks.
    pub(super) overlap: f64,
    /// Shift along x, metres.
    pub(super) dx: f64,
    /// Shift along y, metres.
    pub(super) dy: f64,
}

impl Fit {
    /// What a search maximises: a high correlation over a sliver is chance.
    pub(super) fn quality(&self) -> f64 {
        self.correlation * self.overlap.sqrt()
    }
    /// What an agreeing cell weighs in the consensus: Fisher's z, whose spread does not depend on the correlation, times the
    /// square root of the overlap, because that spread falls with the number of samples.
    pub(super) fn weight(&self) -> f64 {
        self.correlation.clamp(0.0, 0.999).atanh() * self.overlap.sqrt()
    }
}

/// A cell and its best fit at every one of [`ANGLES`].
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Searched {
    /// Centre relative to the origin of its own mark, metres.
    pub(super) x: f64,
    /// See `x`.
    pub(super) y: f64,
    /// One fit an angle.
    pub(super) fits: [Fit; ANGLES.len()],
    /// The angle of the best fit.
    pub(super) best: usize,
}

/// Searches the cells of `cut`, which lie on `frame`, in `compared` as `placed` lays it, at every angle.
pub(super) fn search(cut: &Cut, frame: &Frame, compared: &Map, placed: &Registration) -> Vec<Searched> {
    let nowhere = Fit { correlation: -1.0, overlap: 0.0, dx: 0.0, dy: 0.0 };
    let middle = (CELL as f64 - 1.0) / 2.0;
    let mut cells: Vec<Searched> = cut
        .cells
        .iter()
        .map(|cell| {
            let point = frame.point(cell.row as f64 + middle, cell.col as f64 + middle);
            Searched { x: point.x, y: point.y, fits: [nowhere; ANGLES.len()], best: 0 }
        })
        .collect();
    for (angle, offset) in ANGLES.into_iter().enumerate() {
        for (cell, fit) in cells.iter_mut().zip(fits(cut, frame, compared, &placed.turned(offset))) {
            cell.fits[angle] = fit;
        }
    }
    for cell in &mut cells {
        for angle in 1..ANGLES.len() {
            if cell.fits[angle].quality() > cell.fits[cell.best].quality() {
                cell.best = angle;
            }
        }
    }
    cells
}

/// The best fit of every cell in `compared` exactly as `placed` lays it.
pub(super) fn fits(cut: &Cut, frame: &Frame, compared: &Map, placed: &Registration) -> Vec<Fit> {
    let layer = compared.read(frame, REACH, placed, Some(&cut.touched));
    cut.landscapes(&layer).map(|landscape| peak(&landscape)).collect()
}

/// The best shift of a landscape, between samples by a parabola through its neighbours along each axis.
fn peak(landscape: &Landscape) -> Fit {
    let quality: [f32; SHIFTS] = std::array::from_fn(|at| landscape.correlation[at] * landscape.overlap[at].sqrt());
    let mut best = 0;
    for at in 1..SIDE * SIDE {
        if quality[at] > quality[best] {
            best = at;
        }
    }
    let (row, col) = (best / SIDE, best % SIDE);
    let middle = landscape.correlation[best];
    let along = |index: usize, step: usize| {
        if index == 0 || index + 1 == SIDE {
            return (0.0, 0.0);
        }
        let (before, after) = (landscape.correlation[best - step], landscape.correlation[best + step]);
        let bend = before - 2.0 * middle + after;
        if before <= -1.0 || after <= -1.0 || bend >= -1e-6 {
            return (0.0, 0.0);
        }
        let shift = (0.5 * (before - after) / bend).clamp(-0.5, 0.5);
        (shift, (-0.25 * (before - after) * shift).max(0.0))
    };
    let ((right, gain_x), (down, gain_y)) = (along(col, 1), along(row, SIDE));
    let metres = |index: usize, part: f32| (index as f64 - REACH as f64 + f64::from(part)) * PITCH.metres();
    Fit {
        correlation: f64::from((middle + gain_x + gain_y).min(1.0)),
        overlap: f64::from(landscape.overlap[best]),
        dx: metres(col, right),
        dy: metres(row, down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_between_samples_is_found_to_a_tenth_of_a_sample() {
        let (x, y) = (1.3_f32, -2.4_f32);
        let height = |at: usize| {
            let (row, col) = ((at / SIDE) as f32 - REACH as f32, (at % SIDE) as f32 - REACH as f32);
            0.8 * (-((col - x).powi(2) + (row - y).powi(2)) / 8.0).exp()
        };
        let landscape = Landscape { correlation: std::array::from_fn(height), overlap: [1.0; SHIFTS] };
        let fit = peak(&landscape);
        let (dx, dy) = (fit.dx / PITCH.metres(), fit.dy / PITCH.metres());
        assert!((dx - 1.3).abs() < 0.1 && (dy + 2.4).abs() < 0.1, "found at {dx:.2}, {dy:.2}");
        assert!((fit.correlation - 0.8).abs() < 0.01, "height {}", fit.correlation);
    }
}
