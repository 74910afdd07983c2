//! Correlation at 320 rotations from `X(k)`, eight spectra at once.
//!
//! `f(n) = Re sum over k = 1..80 of X(k) exp(2 pi i k n / 320)`. As only real parts are wanted, even and odd `n` share
//! one complex transform of 160 points: `f(2m) + i f(2m+1) = sum over k of Z(k) exp(2 pi i k m / 160)` with
//! `Z(k) = X(k) (1 + i w^k) / 2`, `Z(160-k) = conj(X(k)) (1 - i w^(160-k)) / 2`, `w = exp(2 pi i / 320)` and
//! `Z(80) = conj(X(80))`. 160 = 5 x 4 x 8. Every step is the same few operations on eight lanes, written so that the
//! compiler makes vectors of them, and in a fixed order, so the portable and the AVX2 build give the same bits. `unsafe`
//! only promises the AVX2 instructions that [`Kernel`] has seen.
#![allow(unsafe_code)]

use crate::features::lanes::GROUP;
use crate::features::products::{Kernel, Wave};
use std::f64::consts::TAU;
use std::sync::LazyLock;

/// Rotations of the whole turn.
pub const ROTATIONS: usize = 320;
/// Highest order.
pub const ORDERS: usize = 80;
const POINTS: usize = 160;
const FIFTHS: usize = 5;
const REST: usize = POINTS / FIFTHS;

/// The best rotation of each lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// Sum at that rotation.
    pub sum: [f32; GROUP],
    /// Rotation in steps of 360 / 320 degrees.
    pub rotation: [u32; GROUP],
}

#[derive(Clone, Copy)]
#[repr(C, align(32))]
struct V([f32; GROUP]);

#[derive(Clone, Copy)]
struct C {
    re: V,
    im: V,
}

const ZERO: C = C { re: V([0.0; GROUP]), im: V([0.0; GROUP]) };

impl V {
    #[inline(always)]
    fn with(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let mut out = self;
        for lane in 0..GROUP {
            out.0[lane] = f(self.0[lane], other.0[lane]);
        }
        out
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }
    #[inline(always)]
    fn times(self, factor: f32) -> Self {
        self.with(self, |a, _| a * factor)
    }
}

impl C {
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self { re: self.re.plus(other.re), im: self.im.plus(other.im) }
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self { re: self.re.minus(other.re), im: self.im.minus(other.im) }
    }
    #[inline(always)]
    fn times(self, (re, im): (f32, f32)) -> Self {
        Self { re: self.re.times(re).minus(self.im.times(im)), im: self.re.times(im).plus(self.im.times(re)) }
    }
    #[inline(always)]
    fn scaled(self, factor: f32) -> Self {
        Self { re: self.re.times(factor), im: self.im.times(factor) }
    }
    /// Times `i`.
    #[inline(always)]
    fn turned(self) -> Self {
        Self { re: self.im.times(-1.0), im: self.re }
    }
}

/// `exp(2 pi i n / 320)`.
static CIRCLE: LazyLock<[(f32, f32); ROTATIONS]> = LazyLock::new(|| {
    std::array::from_fn(|n| {
        let (sin, cos) = (TAU * n as f64 / ROTATIONS as f64).sin_cos();
        (cos as f32, sin as f32)
    })
});

/// The best of 320 rotations under the direct (or the mirrored) hypothesis. `waves[i]` holds order `i + 1`.
pub fn best(kernel: Kernel, waves: &[[Wave; 1]], mirrored: bool) -> Best {
    match kernel {
        Kernel::Portable => rotate(waves, mirrored, &CIRCLE),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Avx2` is only made by `Kernel::fastest`, which has seen the instructions.
        Kernel::Avx2 => unsafe { rotate_avx2(waves, mirrored, &CIRCLE) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn rotate_avx2(waves: &[[Wave; 1]], mirrored: bool, circle: &[(f32, f32); ROTATIONS]) -> Best {
    rotate(waves, mirrored, circle)
}

#[inline(always)]
fn rotate(waves: &[[Wave; 1]], mirrored: bool, circle: &[(f32, f32); ROTATIONS]) -> Best {
    let mut x = [ZERO; POINTS];
    for (place, wave) in waves.iter().enumerate().take(ORDERS) {
        let order = place + 1;
        let wave = &wave[0];
        let value = match mirrored {
            false => C { re: V(wave.re), im: V(wave.im) },
            true => C { re: V(wave.mirrored_re), im: V(wave.mirrored_im) },
        };
        let conjugate = C { re: value.re, im: value.im.times(-1.0) };
        if order == ORDERS {
            x[order] = conjugate;
            continue;
        }
        // 1 + i w^k = 1 - sin + i cos; 1 - i w^(160-k) = 1 + sin - i cos of the other angle.
        let (cos, sin) = circle[order];
        x[order] = value.times((0.5 - 0.5 * sin, 0.5 * cos));
        let (cos, sin) = circle[POINTS - order];
        x[POINTS - order] = conjugate.times((0.5 + 0.5 * sin, -0.5 * cos));
    }
    transform(&mut x, circle);
    let mut best = Best { sum: [f32::NEG_INFINITY; GROUP], rotation: [0; GROUP] };
    for (m, value) in x.iter().enumerate() {
        for (odd, values) in [value.re, value.im].into_iter().enumerate() {
            let rotation = (2 * m + odd) as u32;
            for lane in 0..GROUP {
                let better = values.0[lane] > best.sum[lane];
                best.sum[lane] = if better { values.0[lane] } else { best.sum[lane] };
                best.rotation[lane] = if better { rotation } else { best.rotation[lane] };
            }
        }
    }
    best
}

/// `z(m) = sum over b of x(b) exp(2 pi i b m / 160)`, in place.
#[inline(always)]
fn transform(x: &mut [C; POINTS], circle: &[(f32, f32); ROTATIONS]) {
    let unit = ROTATIONS / POINTS;
    // b = 32 b1 + b2, m = m1 + 5 m2.
    let mut columns = [[ZERO; REST]; FIFTHS];
    for b2 in 0..REST {
        let fifth = five(std::array::from_fn(|b1| x[REST * b1 + b2]), circle);
        for m1 in 0..FIFTHS {
            columns[m1][b2] = if b2 * m1 == 0 { fifth[m1] } else { fifth[m1].times(circle[unit * b2 * m1]) };
        }
    }
    for (m1, column) in columns.iter().enumerate() {
        // b2 = 8 c1 + c2, m2 = n1 + 4 n2.
        let mut rows = [[ZERO; 8]; 4];
        for c2 in 0..8 {
            let fourth = four([column[c2], column[8 + c2], column[16 + c2], column[24 + c2]]);
            for n1 in 0..4 {
                let turn = ROTATIONS / REST * c2 * n1;
                rows[n1][c2] = if turn == 0 { fourth[n1] } else { fourth[n1].times(circle[turn]) };
            }
        }
        for (n1, row) in rows.iter().enumerate() {
            for (n2, value) in eight(row).into_iter().enumerate() {
                x[m1 + FIFTHS * (n1 + 4 * n2)] = value;
            }
        }
    }
}

#[inline(always)]
fn eight(x: &[C; 8]) -> [C; 8] {
    let (even, odd) = (four([x[0], x[2], x[4], x[6]]), four([x[1], x[3], x[5], x[7]]));
    let half = std::f32::consts::FRAC_1_SQRT_2;
    // Times exp(i pi / 4), i, exp(3 i pi / 4).
    let odd = [
        odd[0],
        C { re: odd[1].re.minus(odd[1].im).times(half), im: odd[1].re.plus(odd[1].im).times(half) },
        odd[2].turned(),
        C { re: odd[3].re.plus(odd[3].im).times(-half), im: odd[3].re.minus(odd[3].im).times(half) },
    ];
    let (sum, difference) = (
        std::array::from_fn::<C, 4, _>(|at| even[at].plus(odd[at])),
        std::array::from_fn::<C, 4, _>(|at| even[at].minus(odd[at])),
    );
    std::array::from_fn(|at| if at < 4 { sum[at] } else { difference[at - 4] })
}

#[inline(always)]
fn four([a, b, c, d]: [C; 4]) -> [C; 4] {
    let (even, odd) = (a.plus(c), a.minus(c));
    let (sum, difference) = (b.plus(d), b.minus(d).turned());
    [even.plus(sum), odd.plus(difference), even.minus(sum), odd.minus(difference)]
}

#[inline(always)]
fn five([a, b, c, d, e]: [C; 5], circle: &[(f32, f32); ROTATIONS]) -> [C; 5] {
    let ((c1, s1), (c2, s2)) = (circle[ROTATIONS / 5], circle[ROTATIONS * 2 / 5]);
    let (p, q) = (b.plus(e), c.plus(d));
    let (r, s) = (b.minus(e), c.minus(d));
    let first = a.plus(p.scaled(c1)).plus(q.scaled(c2));
    let second = a.plus(p.scaled(c2)).plus(q.scaled(c1));
    let first_turned = r.scaled(s1).plus(s.scaled(s2)).turned();
    let second_turned = r.scaled(s2).minus(s.scaled(s1)).turned();
    [
        a.plus(p).plus(q),
        first.plus(first_turned),
        second.plus(second_turned),
        second.minus(second_turned),
        first.minus(first_turned),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two waves with known orders and phases in every lane; the naive sum over orders is the oracle.
    fn waves(seed: f32) -> Vec<[Wave; 1]> {
        (0..ORDERS)
            .map(|place| {
                let mut wave = Wave::default();
                for lane in 0..GROUP {
                    let at = (place * 8 + lane) as f32 * seed;
                    wave.re[lane] = (at * 1.7).sin() * 100.0;
                    wave.im[lane] = (at * 0.9).cos() * 100.0;
                    wave.mirrored_re[lane] = (at * 2.3).sin() * 100.0;
                    wave.mirrored_im[lane] = (at * 0.4).cos() * 100.0;
                }
                [wave]
            })
            .collect()
    }

    #[test]
    fn the_best_rotation_is_that_of_the_direct_sum() {
        let waves = waves(0.37);
        for mirrored in [false, true] {
            let found = best(Kernel::Portable, &waves, mirrored);
            for lane in 0..GROUP {
                let sum = |rotation: usize| -> f64 {
                    (1..=ORDERS)
                        .map(|order| {
                            let wave = &waves[order - 1][0];
                            let (re, im) = match mirrored {
                                false => (wave.re[lane], wave.im[lane]),
                                true => (wave.mirrored_re[lane], wave.mirrored_im[lane]),
                            };
                            let angle = TAU * (order * rotation) as f64 / ROTATIONS as f64;
                            f64::from(re) * angle.cos() - f64::from(im) * angle.sin()
                        })
                        .sum()
                };
                let direct: Vec<f64> = (0..ROTATIONS).map(sum).collect();
                let largest = direct.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                assert!((f64::from(found.sum[lane]) - largest).abs() < 1e-3 * largest, "{} {largest}", found.sum[lane]);
                assert!((direct[found.rotation[lane] as usize] - largest).abs() < 1e-3 * largest);
            }
        }
    }

    #[test]
    fn every_kernel_gives_the_same_bits() {
        for seed in [0.11, 0.37, 1.9] {
            let waves = waves(seed);
            for kernel in Kernel::available() {
                for mirrored in [false, true] {
                    assert_eq!(best(kernel, &waves, mirrored), best(Kernel::Portable, &waves, mirrored));
                }
            }
        }
    }
}
