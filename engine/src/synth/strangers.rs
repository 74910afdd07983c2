//! Strangers by the million: descriptors drawn from mixed spectra, without drawing a mark.
//!
//! A parent is the spectrum of a mark with its phases at random under its own mask ([`super::distractors::surrogate`]).
//! A stranger takes its rings from one parent and, order by order, the sum of three parents with random complex weights:
//! neighbouring rings stay as alike as on real marks, and nothing ties one stranger to another or to a mark. So its scan
//! similarity to a mark is spread as that of a different-source mark, which `headstamp bench` prints beside the real
//! ones. What it is not: a model of firearms. There are no subclasses, no worn and no partial marks among strangers, and
//! an accuracy measured among them is that of this model.

use super::distractors::surrogate;
use super::texture::generator;
use crate::features::Descriptor;
use crate::features::field::Field;
use crate::features::polar::Polar;
use crate::features::rings::{COARSE_LAYOUT, FINE_LAYOUT, Layout};
use crate::features::spectrum::Spectrum;
use crate::marks::{Grade, OriginKind};
use crate::template::Template;
use crate::units::Metres;
use rand::Rng as _;
use rayon::prelude::*;

/// Parents drawn.
const PARENTS: usize = 96;
/// Parents that are summed in each order.
const SUMMED: usize = 3;

struct Parent {
    origin: (OriginKind, Grade),
    coarse: Spectrum,
    coverage: Vec<f32>,
    fine: Spectrum,
    template: Template,
}

/// Parents of strangers.
pub struct Strangers {
    seed: u64,
    parents: Vec<Parent>,
}

/// What one order of a stranger is made of: parents and their complex weights, for both ring sets alike.
type Recipe = [(usize, f32, f32); SUMMED];

impl Strangers {
    /// Draws parents from real marks, which have to be there.
    pub fn of(marks: &[Template], seed: u64) -> Self {
        let parent = |at: usize| {
            let template = surrogate(marks.get(at % marks.len().max(1))?, seed, at as u64);
            let polar = Polar::about(&Field::of(&template), Metres::new(0.0), Metres::new(0.0));
            let map = polar.coarse();
            Some(Parent {
                origin: (template.origin_kind, template.grade),
                coarse: Spectrum::of(&map, &COARSE_LAYOUT),
                coverage: map.coverage,
                fine: Spectrum::of(&polar.fine(), &FINE_LAYOUT),
                template,
            })
        };
        Self { seed, parents: (0..PARENTS).into_par_iter().filter_map(parent).collect() }
    }

    /// Templates of the parents: as much work to compare as any mark.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.parents.iter().map(|parent| &parent.template)
    }

    /// Stranger number `index`: the same parents, seed and index give the same one.
    pub fn descriptor(&self, index: u64) -> Descriptor {
        let mut random = generator([self.seed, 8, index, 0]);
        let mut any = || random.next_u64();
        let count = self.parents.len() as u64;
        let own = &self.parents[(any() % count) as usize];
        let recipes: Vec<Recipe> = (0..FINE_LAYOUT.rings.orders.max(COARSE_LAYOUT.rings.orders))
            .map(|_| {
                std::array::from_fn(|_| {
                    let (bits, parent) = (any(), any());
                    let even = |bits: u64| (bits & 0xff_ffff) as f32 / 0x80_0000 as f32 - 1.0;
                    ((parent % count) as usize, even(bits), even(bits >> 32))
                })
            })
            .collect();
        let coarse = self.mixed(own, &recipes, &COARSE_LAYOUT, |parent| &parent.coarse);
        let fine = self.mixed(own, &recipes, &FINE_LAYOUT, |parent| &parent.fine);
        Descriptor::of_spectra(own.origin, &coarse, &own.coverage, &fine)
    }

    fn mixed(
        &self,
        own: &Parent,
        recipes: &[Recipe],
        layout: &Layout,
        spectrum: impl Fn(&Parent) -> &Spectrum,
    ) -> Spectrum {
        let live = spectrum(own).live;
        let mut mixed = Spectrum { values: vec![0.0; layout.quads * 4], live };
        let mut energy = 0.0;
        for span in &layout.spans {
            let parents = recipes[span.order - 1].map(|(parent, re, im)| (spectrum(&self.parents[parent]), re, im));
            for (place, ring) in span.rings.clone().enumerate().filter(|(_, ring)| live >> ring & 1 == 1) {
                let slot = (span.quads.start + place / 2) * 4 + place % 2;
                let (mut sum, mut power) = ((0.0, 0.0), 0.0);
                for (parent, re, im) in parents.into_iter().filter(|(parent, _, _)| parent.live >> ring & 1 == 1) {
                    let (a, b) = (parent.values[slot], parent.values[slot + 2]);
                    sum = (sum.0 + a * re - b * im, sum.1 + a * im + b * re);
                    power += re * re + im * im;
                }
                if power <= 0.0 {
                    // No other mark reaches here: the own one, turned at random.
                    let (_, re, im) = parents[0];
                    let (a, b) = (spectrum(own).values[slot], spectrum(own).values[slot + 2]);
                    sum = (a * re - b * im, a * im + b * re);
                    power = re * re + im * im;
                }
                let scale = 1.0 / power.sqrt().max(f32::MIN_POSITIVE);
                (mixed.values[slot], mixed.values[slot + 2]) = (sum.0 * scale, sum.1 * scale);
                energy += mixed.values[slot].powi(2) + mixed.values[slot + 2].powi(2);
            }
        }
        let scale = 1.0 / energy.sqrt().max(f32::MIN_POSITIVE);
        mixed.values.iter_mut().for_each(|value| *value *= scale);
        mixed
    }
}
