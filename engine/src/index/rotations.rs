//! Correlation at 320 rotations from `X(k)`, eight spectra at once.
//!
//! `f(n) = Re sum over k = 1..80 of X(k) exp(2 pi i k n / 320)`. As only real parts are wanted, even and odd `n` share
//! one complex transform of 160 points: `f(2m) + i f(2m+1) = sum over k of Z(k) exp(2 pi i k m / 160)` with
//! `Z(k) = X(k) (1 + i w^k) / 2`, `Z(160-k) = conj(X(k)) (1 - i w^(160-k)) / 2`, `w = exp(2 pi i / 320)` and
//! `Z(80) = conj(X(80))`. 160 = 5 x 4 x 8. Every step is the same few operations on eight lanes in the same order, in
//! plain numbers or in vectors, so both give the same bits. `unsafe` because the AVX2 instructions have to be promised to
//! exist, which [`Kernel`] has seen; loads and stores are of arrays held by reference.
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

/// Eight numbers and what is done with them.
trait Eight: Copy {
    fn load(from: &[f32; GROUP]) -> Self;
    fn store(self) -> [f32; GROUP];
    fn splat(value: f32) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// `other` where `value` is larger than `best`, else itself.
    fn where_larger(self, other: Self, value: Self, best: Self) -> Self;
}

/// Plain numbers.
#[derive(Clone, Copy)]
struct Plain([f32; GROUP]);

impl Eight for Plain {
    fn load(from: &[f32; GROUP]) -> Self {
        Self(*from)
    }
    fn store(self) -> [f32; GROUP] {
        self.0
    }
    fn splat(value: f32) -> Self {
        Self([value; GROUP])
    }
    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }
    fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }
    fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }
    fn where_larger(self, other: Self, value: Self, best: Self) -> Self {
        Self(std::array::from_fn(|lane| if value.0[lane] > best.0[lane] { other.0[lane] } else { self.0[lane] }))
    }
}

/// One vector. Only made below [`rotate_avx2`], into which all of this is inlined.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Vector(std::arch::x86_64::__m256);

#[cfg(target_arch = "x86_64")]
impl Eight for Vector {
    #[inline(always)]
    fn load(from: &[f32; GROUP]) -> Self {
        // SAFETY: eight floats of an array; the instructions exist, see the type.
        Self(unsafe { std::arch::x86_64::_mm256_loadu_ps(from.as_ptr()) })
    }
    #[inline(always)]
    fn store(self) -> [f32; GROUP] {
        let mut to = [0.0; GROUP];
        // SAFETY: as above.
        unsafe { std::arch::x86_64::_mm256_storeu_ps(to.as_mut_ptr(), self.0) };
        to
    }
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: the instructions exist, see the type; also below.
        Self(unsafe { std::arch::x86_64::_mm256_set1_ps(value) })
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { std::arch::x86_64::_mm256_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn where_larger(self, other: Self, value: Self, best: Self) -> Self {
        use std::arch::x86_64::{_CMP_GT_OQ, _mm256_blendv_ps, _mm256_cmp_ps};
        // SAFETY: as above.
        Self(unsafe { _mm256_blendv_ps(self.0, other.0, _mm256_cmp_ps::<_CMP_GT_OQ>(value.0, best.0)) })
    }
}

/// Eight complex numbers.
#[derive(Clone, Copy)]
struct C<E> {
    re: E,
    im: E,
}

impl<E: Eight> C<E> {
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
        let (re, im) = (E::splat(re), E::splat(im));
        Self { re: self.re.times(re).minus(self.im.times(im)), im: self.re.times(im).plus(self.im.times(re)) }
    }
    #[inline(always)]
    fn scaled(self, factor: f32) -> Self {
        let factor = E::splat(factor);
        Self { re: self.re.times(factor), im: self.im.times(factor) }
    }
    /// Plus `i` times the other.
    #[inline(always)]
    fn plus_turned(self, other: Self) -> Self {
        Self { re: self.re.minus(other.im), im: self.im.plus(other.re) }
    }
    /// Minus `i` times the other.
    #[inline(always)]
    fn minus_turned(self, other: Self) -> Self {
        Self { re: self.re.plus(other.im), im: self.im.minus(other.re) }
    }
}

/// Where a point of the transform comes from: place of its order, sign of the imaginary part, factor.
#[derive(Clone, Copy)]
struct Source {
    place: usize,
    sign: f32,
    factor: (f32, f32),
}

struct Tables {
    sources: [Source; POINTS],
    /// `exp(2 pi i n / 320)`.
    circle: [(f32, f32); ROTATIONS],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let angle = |n: usize| (TAU * n as f64 / ROTATIONS as f64).sin_cos();
    let source = |k: usize| {
        let (sin, cos) = angle(k);
        let half = |value: f64| (value / 2.0) as f32;
        match k {
            0 => Source { place: 0, sign: 1.0, factor: (0.0, 0.0) },
            // 1 + i w^k = 1 - sin + i cos.
            1..ORDERS => Source { place: k - 1, sign: 1.0, factor: (half(1.0 - sin), half(cos)) },
            ORDERS => Source { place: k - 1, sign: -1.0, factor: (1.0, 0.0) },
            // 1 - i w^k = 1 + sin - i cos.
            _ => Source { place: POINTS - k - 1, sign: -1.0, factor: (half(1.0 + sin), half(-cos)) },
        }
    };
    let point = |n: usize| {
        let (sin, cos) = angle(n);
        (cos as f32, sin as f32)
    };
    Tables { sources: std::array::from_fn(source), circle: std::array::from_fn(point) }
});

/// The best of 320 rotations under the direct (or the mirrored) hypothesis. `waves[i]` holds order `i + 1`.
pub fn best(kernel: Kernel, waves: &[[Wave; 1]; ORDERS], mirrored: bool) -> Best {
    match kernel {
        Kernel::Portable => rotate::<Plain>(waves, mirrored, &TABLES),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Avx2` is only made by `Kernel::fastest`, which has seen the instructions.
        Kernel::Avx2 => unsafe { rotate_avx2(waves, mirrored, &TABLES) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn rotate_avx2(waves: &[[Wave; 1]; ORDERS], mirrored: bool, tables: &Tables) -> Best {
    rotate::<Vector>(waves, mirrored, tables)
}

#[inline(always)]
fn rotate<E: Eight>(waves: &[[Wave; 1]; ORDERS], mirrored: bool, tables: &Tables) -> Best {
    let zero = C { re: E::splat(0.0), im: E::splat(0.0) };
    let mut x = [zero; POINTS];
    // b = 32 b1 + b2, m = m1 + 5 m2; afterwards place 32 m1 + b2.
    for b2 in 0..REST {
        let [a, b, c, d, e] = five([
            point(waves, mirrored, tables, b2),
            point(waves, mirrored, tables, REST + b2),
            point(waves, mirrored, tables, 2 * REST + b2),
            point(waves, mirrored, tables, 3 * REST + b2),
            point(waves, mirrored, tables, 4 * REST + b2),
        ]);
        let turn = ROTATIONS / POINTS * b2;
        x[b2] = a;
        x[REST + b2] = b.times(tables.circle[turn]);
        x[2 * REST + b2] = c.times(tables.circle[2 * turn]);
        x[3 * REST + b2] = d.times(tables.circle[3 * turn]);
        x[4 * REST + b2] = e.times(tables.circle[4 * turn]);
    }
    let mut sum = E::splat(f32::NEG_INFINITY);
    let mut at = E::splat(0.0);
    for m1 in 0..FIFTHS {
        // b2 = 8 c1 + c2, m2 = n1 + 4 n2; afterwards place 8 n1 + c2.
        let Some(column) = x[REST * m1..].first_chunk_mut::<REST>() else { continue };
        for c2 in 0..8 {
            let [a, b, c, d] = four([column[c2], column[8 + c2], column[16 + c2], column[24 + c2]]);
            let turn = ROTATIONS / REST * c2;
            column[c2] = a;
            column[8 + c2] = b.times(tables.circle[turn]);
            column[16 + c2] = c.times(tables.circle[2 * turn]);
            column[24 + c2] = d.times(tables.circle[3 * turn]);
        }
        for n1 in 0..4 {
            let Some(row) = column[8 * n1..].first_chunk::<8>() else { continue };
            for (n2, value) in eight(*row).into_iter().enumerate() {
                let rotation = (2 * (m1 + FIFTHS * (n1 + 4 * n2))) as f32;
                at = at.where_larger(E::splat(rotation), value.re, sum);
                sum = sum.where_larger(value.re, value.re, sum);
                at = at.where_larger(E::splat(rotation + 1.0), value.im, sum);
                sum = sum.where_larger(value.im, value.im, sum);
            }
        }
    }
    Best { sum: sum.store(), rotation: at.store().map(|rotation| rotation as u32) }
}

/// A point of the transform. Not a closure: those are compiled without the vector instructions.
#[inline(always)]
fn point<E: Eight>(waves: &[[Wave; 1]; ORDERS], mirrored: bool, tables: &Tables, k: usize) -> C<E> {
    let source = &tables.sources[k];
    let wave = &waves[source.place][0];
    let (re, im) = if mirrored { (&wave.mirrored_re, &wave.mirrored_im) } else { (&wave.re, &wave.im) };
    C { re: E::load(re), im: E::load(im).times(E::splat(source.sign)) }.times(source.factor)
}

#[inline(always)]
fn four<E: Eight>([a, b, c, d]: [C<E>; 4]) -> [C<E>; 4] {
    let (even, odd) = (a.plus(c), a.minus(c));
    let (sum, difference) = (b.plus(d), b.minus(d));
    [even.plus(sum), odd.plus_turned(difference), even.minus(sum), odd.minus_turned(difference)]
}

#[inline(always)]
fn eight<E: Eight>(x: [C<E>; 8]) -> [C<E>; 8] {
    let [a0, a1, a2, a3] = four([x[0], x[2], x[4], x[6]]);
    let [b0, b1, b2, b3] = four([x[1], x[3], x[5], x[7]]);
    let half = std::f32::consts::FRAC_1_SQRT_2;
    // Times exp(i pi / 4), and exp(3 i pi / 4) over i.
    let b1 = C { re: b1.re.minus(b1.im), im: b1.re.plus(b1.im) }.scaled(half);
    let b3 = C { re: b3.re.minus(b3.im), im: b3.re.plus(b3.im) }.scaled(half);
    [
        a0.plus(b0),
        a1.plus(b1),
        a2.plus_turned(b2),
        a3.plus_turned(b3),
        a0.minus(b0),
        a1.minus(b1),
        a2.minus_turned(b2),
        a3.minus_turned(b3),
    ]
}

#[inline(always)]
fn five<E: Eight>([a, b, c, d, e]: [C<E>; 5]) -> [C<E>; 5] {
    // Cosine and sine of a fifth and of two fifths of a turn.
    const C1: f32 = 0.309_017;
    const S1: f32 = 0.951_056_5;
    const C2: f32 = -0.809_017;
    const S2: f32 = 0.587_785_25;
    let (p, q) = (b.plus(e), c.plus(d));
    let (r, s) = (b.minus(e), c.minus(d));
    let first = a.plus(p.scaled(C1)).plus(q.scaled(C2));
    let second = a.plus(p.scaled(C2)).plus(q.scaled(C1));
    let (along, across) = (r.scaled(S1).plus(s.scaled(S2)), r.scaled(S2).minus(s.scaled(S1)));
    [
        a.plus(p).plus(q),
        first.plus_turned(along),
        second.plus_turned(across),
        second.minus_turned(across),
        first.minus_turned(along),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two waves with known orders and phases in every lane; the naive sum over orders is the oracle.
    fn waves(seed: f32) -> [[Wave; 1]; ORDERS] {
        std::array::from_fn(|place| {
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
