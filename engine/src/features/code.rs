//! Quantised spectra of gallery marks: 2 bits a value for the scan, 4 bits for the refinement.
//!
//! Uniform quantisers with the steps that lose least on a normal distribution (Max 1960): level `v` of `2^bits` stands
//! for `2 v - (2^bits - 1)` half steps, so products stay whole numbers. Dropped rings hold the two middle levels in
//! turn, which cancel. Measured against floats on whole, partial and noisy marks, 2 bits lose nothing.

use super::rings::Layout;
use super::spectrum::Spectrum;
use serde::{Deserialize, Serialize};

/// How many bits hold one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Depth {
    /// Four levels.
    Two,
    /// Sixteen levels.
    Four,
}

impl Depth {
    /// Number of levels.
    pub const fn levels(self) -> u8 {
        match self {
            Self::Two => 4,
            Self::Four => 16,
        }
    }
    /// Values in a byte.
    const fn per_byte(self) -> usize {
        match self {
            Self::Two => 4,
            Self::Four => 2,
        }
    }
    /// Distance between levels in standard deviations (Max 1960, table II).
    const fn step(self) -> f32 {
        match self {
            Self::Two => 0.9957,
            Self::Four => 0.3352,
        }
    }
}

/// One quantised spectrum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// Bits a value.
    pub depth: Depth,
    /// Bit `r` is set if ring `r` is on the mark.
    pub live: u64,
    /// Length of the live part in half steps.
    pub length: f32,
    /// The values of the stored quads: a byte `i` of `n` holds values `i`, `i + n`, ... lowest bits first, so that
    /// unpacking is a shift and a mask of whole rows.
    pub packed: Vec<u8>,
}

impl Code {
    /// Quantises every quad of a spectrum.
    pub fn whole(spectrum: &Spectrum, layout: &Layout, depth: Depth) -> Self {
        let levels = quantised(spectrum, layout, depth);
        Self { packed: pack(&levels, depth), ..Self::empty(spectrum, layout, depth, &levels) }
    }

    /// Quantises the quads that touch a live ring: about half of them for a breech face.
    pub fn trimmed(spectrum: &Spectrum, layout: &Layout, depth: Depth) -> Self {
        let levels = quantised(spectrum, layout, depth);
        let mut kept = Vec::with_capacity(levels.len());
        for quads in live_quads(layout, spectrum.live) {
            kept.extend_from_slice(&levels[quads.start * 4..quads.end * 4]);
        }
        Self { packed: pack(&kept, depth), ..Self::empty(spectrum, layout, depth, &levels) }
    }

    fn empty(spectrum: &Spectrum, layout: &Layout, depth: Depth, levels: &[u8]) -> Self {
        let top = i32::from(depth.levels()) - 1;
        let live = layout.components.iter().filter(|component| spectrum.live >> component.ring & 1 == 1);
        let energy: i64 = live
            .flat_map(|component| [component.slot, component.slot + 2])
            .map(|slot| i64::from((2 * i32::from(levels[slot]) - top).pow(2)))
            .sum();
        Self { depth, live: spectrum.live, length: (energy as f32).sqrt(), packed: Vec::new() }
    }

    /// Bytes that [`Code::whole`] packs.
    pub fn whole_bytes(layout: &Layout, depth: Depth) -> usize {
        (layout.quads * 4).div_ceil(depth.per_byte())
    }

    /// Bytes that [`Code::trimmed`] packs for a mark with these live rings.
    pub fn trimmed_bytes(layout: &Layout, depth: Depth, live: u64) -> usize {
        let quads: usize = live_quads(layout, live).map(|quads| quads.len()).sum();
        (quads * 4).div_ceil(depth.per_byte())
    }

    /// The levels of every quad of `layout`, from a code made by [`Code::trimmed`]; quads that were not stored hold
    /// nothing, as dropped rings do.
    pub fn unpack_trimmed(&self, layout: &Layout, scratch: &mut Vec<u8>, levels: &mut Vec<u8>) {
        scratch.resize(self.packed.len() * self.depth.per_byte(), 0);
        match self.depth {
            Depth::Two => unpack_two(&self.packed, scratch),
            Depth::Four => unpack_four(&self.packed, scratch),
        }
        levels.clear();
        levels.extend((0..layout.quads * 4).map(|slot| nothing(slot, self.depth)));
        let mut from = 0;
        for quads in live_quads(layout, self.live) {
            let count = quads.len() * 4;
            levels[quads.start * 4..quads.end * 4].copy_from_slice(&scratch[from..from + count]);
            from += count;
        }
    }
}

/// Quads of each span that touch a live ring; the rings between the outermost live ones count as live.
pub(super) fn live_quads(layout: &Layout, live: u64) -> impl Iterator<Item = std::ops::Range<usize>> {
    let first = live.trailing_zeros() as usize;
    let last = (u64::BITS - live.leading_zeros()) as usize;
    layout.spans.iter().map(move |span| {
        let from = first.clamp(span.rings.start, span.rings.end) - span.rings.start;
        let to = last.clamp(span.rings.start, span.rings.end) - span.rings.start;
        let start = span.quads.start + from / 2;
        start..(span.quads.start + to.div_ceil(2)).max(start)
    })
}

/// What a slot holds where there is no mark: one of the two middle levels in turn, which cancel.
fn nothing(slot: usize, depth: Depth) -> u8 {
    depth.levels() / 2 - u8::from(slot.is_multiple_of(2))
}

fn quantised(spectrum: &Spectrum, layout: &Layout, depth: Depth) -> Vec<u8> {
    let half = depth.levels() / 2;
    let mut levels: Vec<u8> = (0..layout.quads * 4).map(|slot| nothing(slot, depth)).collect();
    let live = || layout.components.iter().filter(|component| spectrum.live >> component.ring & 1 == 1);
    let energy: f32 = spectrum.values.iter().map(|value| value * value).sum();
    let deviation = (energy / (2 * live().count()).max(1) as f32).sqrt();
    let per_step = 1.0 / (depth.step() * deviation).max(f32::MIN_POSITIVE);
    for component in live() {
        for slot in [component.slot, component.slot + 2] {
            let level = (spectrum.values[slot] * per_step).floor() + f32::from(half);
            levels[slot] = level.clamp(0.0, f32::from(depth.levels() - 1)) as u8;
        }
    }
    levels
}

fn pack(levels: &[u8], depth: Depth) -> Vec<u8> {
    let bytes = levels.len().div_ceil(depth.per_byte());
    let bits = 8 / depth.per_byte();
    let mut packed = vec![0u8; bytes];
    for (part, levels) in levels.chunks(bytes.max(1)).enumerate() {
        for (byte, level) in packed.iter_mut().zip(levels) {
            *byte |= level << (part * bits);
        }
    }
    packed
}

/// Unpacks 2-bit values: `levels` is four times as long as `packed`.
#[inline(always)]
pub fn unpack_two(packed: &[u8], levels: &mut [u8]) {
    for (part, levels) in levels.chunks_exact_mut(packed.len().max(1)).enumerate().take(4) {
        for (level, byte) in levels.iter_mut().zip(packed) {
            *level = byte >> (2 * part) & 3;
        }
    }
}

/// Unpacks 4-bit values: `levels` is twice as long as `packed`.
#[inline(always)]
pub fn unpack_four(packed: &[u8], levels: &mut [u8]) {
    for (part, levels) in levels.chunks_exact_mut(packed.len().max(1)).enumerate().take(2) {
        for (level, byte) in levels.iter_mut().zip(packed) {
            *level = byte >> (4 * part) & 15;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::rings::FINE_LAYOUT;

    #[test]
    fn a_trimmed_code_unpacks_to_what_a_whole_one_holds_in_every_quad() {
        let layout = &*FINE_LAYOUT;
        // Rings 12 to 29 are on the mark.
        let live = (1u64 << 30) - (1 << 12);
        let mut values = vec![0.0; layout.quads * 4];
        for (at, component) in layout.components.iter().filter(|one| live >> one.ring & 1 == 1).enumerate() {
            values[component.slot] = (at as f32 * 0.7).sin();
            values[component.slot + 2] = (at as f32 * 1.1).cos();
        }
        let spectrum = Spectrum { values, live };
        let expected = quantised(&spectrum, layout, Depth::Four);
        let (mut scratch, mut levels) = (Vec::new(), Vec::new());
        Code::trimmed(&spectrum, layout, Depth::Four).unpack_trimmed(layout, &mut scratch, &mut levels);
        let wrong = levels.iter().zip(&expected).filter(|(a, b)| a != b).count();
        assert_eq!(wrong, 0, "{wrong} of {} levels differ: what is not stored must hold nothing", levels.len());
    }
}
