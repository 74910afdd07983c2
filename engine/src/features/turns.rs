//! Correlation at a few given rotations: `sum over k of Re(X(k) exp(i k angle))` for all lanes at once.
//!
//! The same plain Rust compiled twice, so both give the same bits; `unsafe` only promises the AVX2 instructions that
//! [`Kernel`] has seen.
#![allow(unsafe_code)]

use super::lanes::GROUP;
use super::products::{Kernel, Wave};

/// Sums of `GROUPS * 8` lanes at `TURNS` rotations.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(32))]
pub struct Sums<const GROUPS: usize, const TURNS: usize>(pub [[[f32; GROUP]; GROUPS]; TURNS]);

/// `cos` and `sin` of one order at each rotation.
pub type Phases<const TURNS: usize> = [(f32, f32); TURNS];

impl<const GROUPS: usize, const TURNS: usize> Sums<GROUPS, TURNS> {
    /// Nothing summed yet.
    pub const ZERO: Self = Self([[[0.0; GROUP]; GROUPS]; TURNS]);

    /// Adds some segments, one element of `phases` for each.
    pub fn add(&mut self, kernel: Kernel, waves: &[[Wave; GROUPS]], phases: &[Phases<TURNS>], mirrored: bool) {
        match kernel {
            Kernel::Portable => add(self, waves, phases, mirrored),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Avx2` is only made by `Kernel::fastest`, which has seen the instructions.
            Kernel::Avx2 => unsafe { add_avx2(self, waves, phases, mirrored) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_avx2<const GROUPS: usize, const TURNS: usize>(
    sums: &mut Sums<GROUPS, TURNS>,
    waves: &[[Wave; GROUPS]],
    phases: &[Phases<TURNS>],
    mirrored: bool,
) {
    add(sums, waves, phases, mirrored);
}

#[inline(always)]
fn add<const GROUPS: usize, const TURNS: usize>(
    sums: &mut Sums<GROUPS, TURNS>,
    waves: &[[Wave; GROUPS]],
    phases: &[Phases<TURNS>],
    mirrored: bool,
) {
    for (turn, sums) in sums.0.iter_mut().enumerate() {
        let mut totals = *sums;
        for (waves, phases) in waves.iter().zip(phases) {
            let (cos, sin) = phases[turn];
            for (total, wave) in totals.iter_mut().zip(waves) {
                let (re, im) = if mirrored { (&wave.mirrored_re, &wave.mirrored_im) } else { (&wave.re, &wave.im) };
                for lane in 0..GROUP {
                    total[lane] += re[lane] * cos - im[lane] * sin;
                }
            }
        }
        *sums = totals;
    }
}
