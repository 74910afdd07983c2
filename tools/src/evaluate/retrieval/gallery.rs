//! The gallery of an evaluation: every mark and every distractor, described in parallel and indexed in order.

use crate::evaluate::marks::Mark;
use crate::progress;
use anyhow::{Context, Result};
use headstamp_engine::features::Descriptor;
use headstamp_engine::ids::MarkId;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::search::{Gallery, TemplateSource};
use headstamp_engine::synth::distractors::{Distractor, Making, distractor};
use headstamp_engine::template::Template;
use rayon::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the marks are searched in.
pub(crate) struct Built<'a> {
    /// The marks: positions from 0.
    pub(crate) marks: &'a [Mark],
    /// Marks of no firearm: positions after the marks.
    pub(crate) distractors: Vec<Distractor>,
    /// The gallery as a server holds it.
    pub(crate) gallery: Gallery,
    /// Whether the mirrored hypothesis is asked.
    pub(crate) mirror: bool,
}

impl<'a> Built<'a> {
    /// Makes `count` distractors from the marks, each set as often as the others, and indexes everything.
    pub(crate) fn new(marks: &'a [Mark], count: usize, seed: u64, mirror: bool, kind: MarkKind) -> Result<Self> {
        let mut sets: BTreeMap<&str, Vec<Template>> = BTreeMap::new();
        for mark in marks {
            sets.entry(mark.row.set.as_str()).or_default().push(mark.template.clone());
        }
        let sets: Vec<&[Template]> = sets.values().map(Vec::as_slice).collect();
        let bar = progress::bar("distractors", count);
        let distractors: Vec<Distractor> = (0..count as u64)
            .into_par_iter()
            .filter_map(|index| {
                bar.inc(1);
                distractor(&sets, mirror, seed, index)
            })
            .collect();
        bar.finish_and_clear();

        let method = methods::newest(kind);
        let mut built = Self { marks, distractors, gallery: Gallery::new(method), mirror };
        let total = built.total();
        let bar = progress::bar("describing", total);
        let descriptors: Vec<Descriptor> = (0..total)
            .into_par_iter()
            .map(|at| {
                bar.inc(1);
                method.descriptor(built.at(at))
            })
            .collect();
        bar.finish_and_clear();
        let answers = built.gallery.extend((0..total).map(id).zip(&descriptors));
        for (at, answer) in answers.into_iter().enumerate() {
            answer.with_context(|| format!("mark {at} of the gallery"))?;
        }
        Ok(built)
    }

    /// Marks and distractors.
    pub(crate) fn total(&self) -> usize {
        self.marks.len() + self.distractors.len()
    }

    fn at(&self, position: usize) -> &Template {
        match position.checked_sub(self.marks.len()) {
            None => &self.marks[position].template,
            Some(distractor) => &self.distractors[distractor].template,
        }
    }

    /// True for a surrogate: one that comes before a mate means that the crop is measured and not the mark.
    pub(crate) fn is_surrogate(&self, position: usize) -> bool {
        let making = position.checked_sub(self.marks.len()).map(|at| self.distractors[at].making);
        making == Some(Making::Surrogate)
    }

    /// Distractors by the way they were made.
    pub(crate) fn mix(&self) -> BTreeMap<&'static str, usize> {
        let mut mix = BTreeMap::new();
        for distractor in &self.distractors {
            let name = match distractor.making {
                Making::Surrogate => "surrogate",
                Making::Mirrored => "mirrored",
                Making::Chimera => "chimera",
                Making::Synthetic => "synthetic",
            };
            *mix.entry(name).or_default() += 1;
        }
        mix
    }
}

impl TemplateSource for Built<'_> {
    fn template(&self, mark: MarkId) -> Option<Template> {
        let position = position(mark);
        (position < self.total()).then(|| self.at(position).clone())
    }
}

/// The id of the mark at a position.
pub(crate) fn id(position: usize) -> MarkId {
    MarkId(Uuid::from_u128(position as u128 + 1))
}

/// The position of a mark.
pub(crate) fn position(mark: MarkId) -> usize {
    (mark.0.as_u128() - 1) as usize
}
