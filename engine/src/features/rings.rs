//! Which polar frequencies a mark is described by: rings about the origin, orders around them, wavelengths kept.
//!
//! Order `k` on a ring of radius `r` is a wave of length `2 pi r / k`. Coarse rings serve the scan, fine ones the
//! refinement of its candidates. Components are stored order by order; within an order the rings in band lie side by
//! side, two rings to a *quad* `[re r, re r+1, im r, im r+1]` (an odd last ring has an empty partner), because that is
//! what the kernels of [`super::products`] multiply.

use crate::units::{Metres, um};
use std::f64::consts::TAU;
use std::ops::Range;
use std::sync::LazyLock;

/// Angles sampled on every ring: one a degree.
pub const ANGLES: usize = 360;

/// Points of the power curve that whitening uses, even in the logarithm of the wavelength over the band.
pub const POWER_POINTS: usize = 14;

/// A set of rings and the band of wavelengths read from them.
#[derive(Clone, Copy, Debug)]
pub struct Rings {
    /// Radius of the innermost ring.
    pub inner: Metres,
    /// Distance between rings.
    pub step: Metres,
    /// Number of rings.
    pub count: usize,
    /// Highest order.
    pub orders: usize,
    /// Shortest wavelength kept.
    pub shortest: Metres,
    /// Longest wavelength kept.
    pub longest: Metres,
}

/// Rings of the scan: wavelengths 130 to 600 um carry the mates of all three measured sets; longer ones lose them and
/// shorter ones need probes finer than 60 um.
pub const COARSE: Rings =
    Rings { inner: um(500.0), step: um(60.0), count: 27, orders: 80, shortest: um(130.0), longest: um(600.0) };

/// Rings of the refinement: down to 65 um, where same-source marks of weak scans still correlate.
pub const FINE: Rings =
    Rings { inner: um(500.0), step: um(30.0), count: 53, orders: 176, shortest: um(65.0), longest: um(600.0) };

/// The rings in band at one order and where their quads lie.
#[derive(Clone, Debug)]
pub struct Span {
    /// The order, cycles a turn.
    pub order: usize,
    /// Rings in band.
    pub rings: Range<usize>,
    /// Their quads; `rings.len()` rounded up to pairs.
    pub quads: Range<usize>,
}

/// One Fourier component of one ring.
#[derive(Clone, Copy, Debug)]
pub struct Component {
    /// The ring.
    pub ring: usize,
    /// The order, cycles a turn.
    pub order: usize,
    /// Index of the real part among the values of all quads; the imaginary part sits two further.
    pub slot: usize,
    /// Place of its wavelength on the power curve: point of the curve and share of the next one.
    pub place: (usize, f32),
}

/// The components of a ring set in storage order.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The ring set.
    pub rings: Rings,
    /// One for every order from 1, empty where no ring is in band.
    pub spans: Vec<Span>,
    /// Components kept, order by order.
    pub components: Vec<Component>,
    /// Quads in all.
    pub quads: usize,
}

impl Rings {
    /// Radius of ring `index`.
    pub fn radius(&self, index: usize) -> Metres {
        Metres::new(self.inner.metres() + self.step.metres() * index as f64)
    }

    /// Length of the wave of order `order` on ring `index`.
    pub fn wavelength(&self, index: usize, order: usize) -> Metres {
        Metres::new(TAU * self.radius(index).metres() / order as f64)
    }

    fn layout(self) -> Layout {
        let mut spans = Vec::with_capacity(self.orders);
        let mut components = Vec::new();
        let mut quads = 0;
        for order in 1..=self.orders {
            let in_band = |ring: &usize| {
                let wavelength = self.wavelength(*ring, order);
                self.shortest <= wavelength && wavelength <= self.longest
            };
            let first = (0..self.count).find(in_band).unwrap_or(self.count);
            let count = (first..self.count).take_while(in_band).count();
            components.extend((0..count).map(|place| Component {
                ring: first + place,
                order,
                slot: (quads + place / 2) * 4 + place % 2,
                place: self.place(first + place, order),
            }));
            let end = quads + count.div_ceil(2);
            spans.push(Span { order, rings: first..first + count, quads: quads..end });
            quads = end;
        }
        Layout { rings: self, spans, components, quads }
    }

    fn place(self, ring: usize, order: usize) -> (usize, f32) {
        let (low, high) = (self.shortest.metres().ln(), self.longest.metres().ln());
        let share = (self.wavelength(ring, order).metres().ln() - low) / (high - low);
        let at = (share * (POWER_POINTS - 1) as f64).clamp(0.0, (POWER_POINTS - 1) as f64);
        let left = (at as usize).min(POWER_POINTS - 2);
        (left, (at - left as f64) as f32)
    }
}

/// Components of [`COARSE`].
pub static COARSE_LAYOUT: LazyLock<Layout> = LazyLock::new(|| COARSE.layout());

/// Components of [`FINE`].
pub static FINE_LAYOUT: LazyLock<Layout> = LazyLock::new(|| FINE.layout());
