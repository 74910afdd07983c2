//! Products of query lanes with one gallery code: the kernel of the scan and of the refinement.
//!
//! For every segment and group `X = sum conj(g) q` of eight spectra, under the direct and the mirrored hypothesis, in
//! whole numbers, so both implementations give the same bits. `unsafe` because the AVX2 instructions have to be promised
//! to exist (checked once by [`Kernel::fastest`]) and loads are by address; all addresses are of arrays held by
//! reference.
#![allow(unsafe_code)]

use super::code::unpack_two;
use super::lanes::{GROUP, Lanes, Offset, Row, Segment};
use std::ops::Range;

/// `X` of eight spectra, in half steps of the codes times steps of the query; exact whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(32))]
pub struct Wave {
    /// Real part, direct.
    pub re: [f32; GROUP],
    /// Imaginary part, direct.
    pub im: [f32; GROUP],
    /// Real part, gallery mark mirrored.
    pub mirrored_re: [f32; GROUP],
    /// Imaginary part, gallery mark mirrored.
    pub mirrored_im: [f32; GROUP],
}

/// Which implementation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Plain Rust.
    Portable,
    /// 256-bit vectors.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Kernel {
    /// The fastest this processor has.
    pub fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            return Self::Avx2;
        }
        Self::Portable
    }

    /// Every implementation this processor has.
    pub fn available() -> Vec<Self> {
        let fastest = Self::fastest();
        if fastest == Self::Portable { vec![fastest] } else { vec![Self::Portable, fastest] }
    }

    /// [`unpack_two`] with the instructions of this kernel.
    pub fn unpack_two(self, packed: &[u8], levels: &mut [u8]) {
        match self {
            Self::Portable => unpack_two(packed, levels),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Avx2` is only made by `fastest`, which has seen the instructions.
            Self::Avx2 => unsafe { unpack_two_avx2(packed, levels) },
        }
    }

    /// Multiplies the levels of all quads of one mark with the lanes of some segments. `waves` holds one element for
    /// each of these.
    pub fn products<const GROUPS: usize>(
        self,
        levels: &[u8],
        lanes: &Lanes<GROUPS>,
        segments: Range<usize>,
        waves: &mut [[Wave; GROUPS]],
    ) {
        let offsets = &lanes.offsets[segments.start * 2 * GROUPS..segments.end * 2 * GROUPS];
        let segments = &lanes.segments[segments];
        match self {
            Self::Portable => portable(levels, &lanes.rows, segments, offsets, waves),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Avx2` is only made by `fastest`, which has seen the instructions.
            Self::Avx2 => unsafe { avx2(levels, &lanes.rows, segments, offsets, waves) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn unpack_two_avx2(packed: &[u8], levels: &mut [u8]) {
    unpack_two(packed, levels);
}

/// The 16-bit sums of one group to its wave: both have `re re`, `im im` and `re im`, `im re` in turn.
fn wave(straight: &[i16; 16], swapped: &[i16; 16]) -> Wave {
    let mut wave = Wave::default();
    for lane in 0..GROUP {
        let (a, b) = (i32::from(straight[2 * lane]), i32::from(straight[2 * lane + 1]));
        let (c, d) = (i32::from(swapped[2 * lane]), i32::from(swapped[2 * lane + 1]));
        wave.re[lane] = (a + b) as f32;
        wave.im[lane] = (c - d) as f32;
        wave.mirrored_re[lane] = (a - b) as f32;
        wave.mirrored_im[lane] = (c + d) as f32;
    }
    wave
}

fn portable<const GROUPS: usize>(
    levels: &[u8],
    rows: &[Row],
    segments: &[Segment],
    offsets: &[Offset],
    waves: &mut [[Wave; GROUPS]],
) {
    for ((segment, offsets), waves) in segments.iter().zip(offsets.chunks_exact(2 * GROUPS)).zip(waves) {
        let quads = &levels[segment.quads.start * 4..segment.quads.end * 4];
        for (group, wave_out) in waves.iter_mut().enumerate() {
            let mut sums = [[0i16; 16]; 2];
            for (place, quad) in quads.chunks_exact(4).enumerate() {
                let rows = &rows[segment.rows + (place * GROUPS + group) * 2..][..2];
                for (sums, row) in sums.iter_mut().zip(rows) {
                    for (at, sum) in sums.iter_mut().enumerate() {
                        let (first, second) = (row.0[2 * at], row.0[2 * at + 1]);
                        let pair = &quad[at % 2 * 2..at % 2 * 2 + 2];
                        *sum += i16::from(pair[0]) * i16::from(first) + i16::from(pair[1]) * i16::from(second);
                    }
                }
            }
            let centred = |sums: &[i16; 16], offset: &Offset| {
                std::array::from_fn(|at| sums[at].wrapping_mul(2).wrapping_sub(offset.0[at]))
            };
            *wave_out = wave(&centred(&sums[0], &offsets[group * 2]), &centred(&sums[1], &offsets[group * 2 + 1]));
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<const GROUPS: usize>(
    levels: &[u8],
    rows: &[Row],
    segments: &[Segment],
    offsets: &[Offset],
    waves: &mut [[Wave; GROUPS]],
) {
    use std::arch::x86_64::*;
    let plus = _mm256_set1_epi16(1);
    let minus = _mm256_set1_epi32(0xFFFF_0001_u32 as i32);
    for ((segment, offsets), waves) in segments.iter().zip(offsets.chunks_exact(2 * GROUPS)).zip(waves) {
        let quads = &levels[segment.quads.start * 4..segment.quads.end * 4];
        let rows = &rows[segment.rows..segment.rows + segment.quads.len() * 2 * GROUPS];
        let mut sums = [[_mm256_setzero_si256(); 2]; GROUPS];
        for (quad, rows) in quads.chunks_exact(4).zip(rows.chunks_exact(2 * GROUPS)) {
            let quad = _mm256_set1_epi32(i32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]));
            for (sums, rows) in sums.iter_mut().zip(rows.chunks_exact(2)) {
                for (sum, row) in sums.iter_mut().zip(rows) {
                    // SAFETY: 32 bytes of an array, aligned by its type.
                    let row = unsafe { _mm256_load_si256(row.0.as_ptr().cast()) };
                    *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(quad, row));
                }
            }
        }
        for ((sums, offsets), wave) in sums.iter().zip(offsets.chunks_exact(2)).zip(waves) {
            let centred = |at: usize| {
                // SAFETY: 32 bytes of an array, aligned by its type.
                let offset = unsafe { _mm256_load_si256(offsets[at].0.as_ptr().cast()) };
                _mm256_sub_epi16(_mm256_add_epi16(sums[at], sums[at]), offset)
            };
            let (straight, swapped) = (centred(0), centred(1));
            let store = |to: &mut [f32; GROUP], sums: __m256i, signs: __m256i| {
                let whole = _mm256_cvtepi32_ps(_mm256_madd_epi16(sums, signs));
                // SAFETY: eight floats of an array.
                unsafe { _mm256_storeu_ps(to.as_mut_ptr(), whole) }
            };
            store(&mut wave.re, straight, plus);
            store(&mut wave.im, swapped, minus);
            store(&mut wave.mirrored_re, straight, minus);
            store(&mut wave.mirrored_im, swapped, plus);
        }
    }
}
