//! Measuring the engine at scale on one machine.
//!
//! `gallery` draws strangers and fills a gallery on disk, `ask` searches it, `process` reads what the system says of this
//! process, `table` prints.

pub(crate) mod ask;
pub(crate) mod gallery;
pub(crate) mod process;
pub(crate) mod realism;
pub(crate) mod table;

use crate::evaluate::marks::Mark;
use headstamp_engine::ids::MarkId;
use headstamp_engine::search::TemplateSource;
use headstamp_engine::synth::strangers::Strangers;
use headstamp_engine::template::Template;
use serde::Serialize;
use uuid::Uuid;

/// The marks of a gallery: the real ones first, then strangers by number.
pub(crate) struct Marks {
    /// Real marks.
    pub(crate) real: Vec<Mark>,
    /// The others.
    pub(crate) strangers: Strangers,
    /// Stored templates that a stranger's comparison reads, in turn.
    stored: Vec<Vec<u8>>,
}

impl Marks {
    /// Draws the parents of the strangers.
    pub(crate) fn new(real: Vec<Mark>, seed: u64) -> anyhow::Result<Self> {
        let templates: Vec<Template> = real.iter().map(|mark| mark.template.clone()).collect();
        let strangers = Strangers::of(&templates, seed);
        let stored = strangers.templates().map(Template::to_bytes).collect::<Result<_, _>>()?;
        Ok(Self { real, strangers, stored })
    }

    /// Bytes of a stored template, the mean of all.
    pub(crate) fn template_bytes(&self) -> f64 {
        self.stored.iter().map(Vec::len).sum::<usize>() as f64 / self.stored.len().max(1) as f64
    }
}

/// The id of mark number `at`.
pub(crate) fn id(at: usize) -> MarkId {
    MarkId(Uuid::from_u128(at as u128 + 1))
}

/// The number of a mark.
pub(crate) fn position(mark: MarkId) -> usize {
    (mark.0.as_u128() - 1) as usize
}

/// A stranger's comparison reads and does what that of any mark would, on the template of a parent.
impl TemplateSource for Marks {
    fn template(&self, mark: MarkId) -> Option<Template> {
        let at = position(mark);
        match self.real.get(at) {
            Some(mark) => Some(mark.template.clone()),
            None => Template::from_bytes(&self.stored[at % self.stored.len()]).ok(),
        }
    }
}

/// Median and 99th percentile, and of how many.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Spread {
    /// Values.
    pub(crate) count: usize,
    /// Median.
    pub(crate) p50: f64,
    /// 99th percentile: the largest of fewer than a hundred.
    pub(crate) p99: f64,
}

impl Spread {
    /// The spread of some values.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (share * values.len() as f64).ceil() as usize;
            values.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
        };
        Self { count: values.len(), p50: at(0.5), p99: at(0.99) }
    }
}
