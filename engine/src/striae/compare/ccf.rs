//! The correlation of two whole signatures at every lag, over the samples that both have.

use super::ready::{Line, Ready, Spectra, transform_length};
use crate::surface::fft::{Complex32, inverse_row};
use crate::units::Metres;

/// The best correlation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ccf {
    /// Pearson's correlation at the best lag, -1 to 1; 0 if no lag overlaps enough.
    pub value: f32,
    /// Where the first sample of the reference lies on the compared signature.
    pub lag: Metres,
    /// Length over which both have samples at that lag.
    pub overlap: Metres,
}

/// The largest correlation over all lags at which the two overlap by the recipe's share of the shorter.
pub(super) fn ccf(reference: &Ready, compared: &Ready) -> Ccf {
    let (a, b) = (&reference.fine, &compared.fine);
    let least = (reference.recipe.overlap * a.length.min(b.length) as f64).ceil() as usize;
    if least < 2 {
        return Ccf::default();
    }
    let length = transform_length(a.length.max(b.length));
    let gaps = a.gaps || b.gaps;
    let spectra = |ready: &Ready| -> Option<Spectra> {
        let kept = &ready.spectra;
        let fits = kept.length == length && (!gaps || !kept.presence.is_empty());
        (!fits).then(|| Spectra::of(&ready.fine, length, gaps))
    };
    let (own_a, own_b) = (spectra(reference), spectra(compared));
    let (sa, sb) = (own_a.as_ref().unwrap_or(&reference.spectra), own_b.as_ref().unwrap_or(&compared.spectra));
    let products = correlated(&sa.values, &sb.values, length);
    let sums = if gaps { Sums::masked(sa, sb, length) } else { Sums::whole(a, b) };
    let (mut best, mut best_lag) = (f32::MIN, None);
    for lag in least as isize - a.length as isize..=b.length as isize - least as isize {
        let xy = f64::from(products[lag.rem_euclid(length as isize) as usize]);
        let [n, x, y, xx, yy] = sums.at(lag, length);
        if n < least as f64 - 0.5 {
            continue;
        }
        let scale = (n * xx - x * x).max(0.0) * (n * yy - y * y).max(0.0);
        let value = if scale > 0.0 { ((n * xy - x * y) / scale.sqrt()) as f32 } else { 0.0 };
        if value > best {
            (best, best_lag) = (value, Some((lag, n)));
        }
    }
    match best_lag {
        Some((lag, n)) => Ccf {
            value: best.clamp(-1.0, 1.0),
            lag: Metres::new(lag as f64 * a.pitch.metres()),
            overlap: Metres::new(n.round() * a.pitch.metres()),
        },
        None => Ccf::default(),
    }
}

/// `sum of a[i] b[i + lag]`, lag modulo `length`.
fn correlated(a: &[Complex32], b: &[Complex32], length: usize) -> Vec<f32> {
    let scale = 1.0 / length as f32;
    let product: Vec<Complex32> = a.iter().zip(b).map(|(a, b)| a.conj() * b * scale).collect();
    inverse_row(&product, length)
}

/// Count, sums and sums of squares over the overlap, by lag.
enum Sums {
    /// Nothing is missing: differences of running sums.
    Whole { lengths: [usize; 2], running: [[Vec<f64>; 2]; 2] },
    /// By circular lag: n, x, y, xx, yy.
    Masked([Vec<f32>; 5]),
}

impl Sums {
    fn whole(a: &Line, b: &Line) -> Self {
        let running = |values: &[f32]| {
            let mut sums = Vec::with_capacity(values.len() + 1);
            let mut sum = 0.0_f64;
            sums.push(sum);
            for value in values {
                sum += f64::from(*value);
                sums.push(sum);
            }
            sums
        };
        let both = |line: &Line| [running(line.samples()), running(&line.squares[..line.length])];
        Self::Whole { lengths: [a.length, b.length], running: [both(a), both(b)] }
    }
    fn masked(a: &Spectra, b: &Spectra, length: usize) -> Self {
        Self::Masked([
            correlated(&a.presence, &b.presence, length),
            correlated(&a.values, &b.presence, length),
            correlated(&a.presence, &b.values, length),
            correlated(&a.squares, &b.presence, length),
            correlated(&a.presence, &b.squares, length),
        ])
    }
    fn at(&self, lag: isize, length: usize) -> [f64; 5] {
        match self {
            Self::Whole { lengths: [a, b], running: [ra, rb] } => {
                let first = (-lag).max(0) as usize;
                let last = (*a).min((*b as isize - lag) as usize);
                let of = |sums: &[f64], first: usize, last: usize| sums[last] - sums[first];
                let (under, past) = ((first as isize + lag) as usize, (last as isize + lag) as usize);
                [
                    (last - first) as f64,
                    of(&ra[0], first, last),
                    of(&rb[0], under, past),
                    of(&ra[1], first, last),
                    of(&rb[1], under, past),
                ]
            }
            Self::Masked(planes) => {
                let place = lag.rem_euclid(length as isize) as usize;
                let [n, x, y, xx, yy] = planes.each_ref().map(|plane| f64::from(plane[place]));
                [n.round(), x, y, xx, yy]
            }
        }
    }
}
