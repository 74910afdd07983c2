//! Query spectra side by side, eight to a group, quantised for the products with gallery codes.
//!
//! Each value becomes a whole number of -63 to 63 (four standard deviations). For each quad a group holds two rows of
//! 32 bytes: the eight quads as they are, which with a gallery quad give `re re` and `im im`, and with real and
//! imaginary parts swapped, which give `re im` and `im re`. From these four sums follow the direct and the mirrored
//! hypothesis alike.

use super::code::{Depth, live_quads};
use super::rings::Layout;
use super::spectrum::Spectrum;
use std::ops::Range;

/// Spectra in a group.
pub const GROUP: usize = 8;
/// Largest quantised value. With 16 levels, `2 * 15 * 63 * 16` still fits the 16-bit sums.
const LARGEST: f32 = 63.0;
/// Most quads of a segment.
const SEGMENT_QUADS: usize = 16;
/// Value in standard deviations that becomes [`LARGEST`].
const CLIP: f32 = 4.0;

/// The two rows of one quad and one group.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub struct Row(pub [i8; 32]);

/// What `2^bits - 1` times the sum of a segment's query values takes off its products, by 16-bit lane.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub struct Offset(pub [i16; 16]);

/// A run of quads of one order.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The order.
    pub order: usize,
    /// Quads in the layout.
    pub quads: Range<usize>,
    /// First of the segment's rows; `2 * GROUPS` to a quad.
    pub rows: usize,
}

/// `GROUPS` groups of eight spectra.
#[derive(Clone, Debug)]
pub struct Lanes<const GROUPS: usize> {
    /// Every order from 1 has at least one segment, perhaps empty; ascending. Coarse spans make one segment each.
    pub segments: Vec<Segment>,
    /// By quad, group and {as it is, swapped}.
    pub rows: Vec<Row>,
    /// By segment, group and {as it is, swapped}.
    pub offsets: Vec<Offset>,
    /// One over the length of each quantised spectrum; 0 for an empty lane.
    pub scales: [[f32; GROUP]; GROUPS],
}

impl<const GROUPS: usize> Lanes<GROUPS> {
    /// Packs up to `8 * GROUPS` spectra for products with codes of `depth`.
    pub fn pack(spectra: &[&Spectrum], layout: &Layout, depth: Depth) -> Self {
        let live = spectra.iter().fold(0, |live, spectrum| live | spectrum.live);
        let mut lanes =
            Self { segments: Vec::new(), rows: Vec::new(), offsets: Vec::new(), scales: [[0.0; GROUP]; GROUPS] };
        let mut quantised = Vec::with_capacity(spectra.len());
        for (lane, spectrum) in spectra.iter().enumerate().take(GROUPS * GROUP) {
            let (values, length) = quantise(spectrum, layout);
            lanes.scales[lane / GROUP][lane % GROUP] = if length > 0.0 { 1.0 / length } else { 0.0 };
            quantised.push(values);
        }
        for (span, quads) in layout.spans.iter().zip(live_quads(layout, live)) {
            let mut start = quads.start;
            loop {
                let end = quads.end.min(start + SEGMENT_QUADS);
                lanes.push(span.order, start..end, &quantised, depth);
                start = end;
                if start >= quads.end {
                    break;
                }
            }
        }
        lanes
    }

    fn push(&mut self, order: usize, quads: Range<usize>, quantised: &[Vec<i8>], depth: Depth) {
        let top = i16::from(depth.levels()) - 1;
        let mut offsets = [[Offset([0; 16]); 2]; GROUPS];
        self.segments.push(Segment { order, quads: quads.clone(), rows: self.rows.len() });
        for quad in quads {
            for (group, offsets) in offsets.iter_mut().enumerate() {
                let mut rows = [Row([0; 32]); 2];
                for lane in 0..GROUP {
                    let Some(values) = quantised.get(group * GROUP + lane) else { continue };
                    let values = &values[quad * 4..quad * 4 + 4];
                    rows[0].0[lane * 4..lane * 4 + 4].copy_from_slice(values);
                    rows[1].0[lane * 4..lane * 4 + 4].copy_from_slice(&[values[2], values[3], values[0], values[1]]);
                }
                for (offset, row) in offsets.iter_mut().zip(rows) {
                    for (sum, pair) in offset.0.iter_mut().zip(row.0.chunks_exact(2)) {
                        *sum += top * (i16::from(pair[0]) + i16::from(pair[1]));
                    }
                }
                self.rows.extend(rows);
            }
        }
        self.offsets.extend(offsets.iter().flatten());
    }
}

fn quantise(spectrum: &Spectrum, layout: &Layout) -> (Vec<i8>, f32) {
    let live = layout.components.iter().filter(|component| spectrum.live >> component.ring & 1 == 1).count();
    let energy: f32 = spectrum.values.iter().map(|value| value * value).sum();
    let deviation = (energy / (2 * live).max(1) as f32).sqrt();
    let per_step = LARGEST / (CLIP * deviation).max(f32::MIN_POSITIVE);
    let values: Vec<i8> =
        spectrum.values.iter().map(|value| (value * per_step).round().clamp(-LARGEST, LARGEST) as i8).collect();
    let energy: i64 = values.iter().map(|&value| i64::from(value).pow(2)).sum();
    (values, (energy as f32).sqrt())
}
