//! How many pairs of each kind get which step of the verbal scale: what a laboratory would have reported, and how often
//! it would have been misleading, inconclusive, or nothing at all.

use super::Calibrated;
use crate::report::Page;
use headstamp_engine::calibrate::verbal::Support;
use serde::Serialize;

/// The steps from the strongest downwards.
const STEPS: [Support; 6] = [
    Support::ExtremelyStrong,
    Support::VeryStrong,
    Support::Strong,
    Support::ModeratelyStrong,
    Support::Moderate,
    Support::Weak,
];

/// Counts of pairs, same source and different source.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Outcomes {
    /// At least weak support for the true proposition.
    pub(crate) supported: [usize; 2],
    /// No support for either proposition: a ratio between 1/2 and 2.
    pub(crate) inconclusive: [usize; 2],
    /// At least weak support for the wrong proposition.
    pub(crate) misleading: [usize; 2],
    /// No ratio: uncalibrated.
    pub(crate) uncalibrated: [usize; 2],
}

impl Outcomes {
    /// Counts the pairs of `set`, or all.
    pub(crate) fn of(calibrated: &Calibrated, set: Option<&str>) -> Self {
        let mut counts = Self::default();
        for (pair, log_lr) in calibrated.pairs.iter().zip(&calibrated.log_lrs) {
            if set.is_some_and(|set| pair.set != set) {
                continue;
            }
            let counter = match log_lr.map(|log_lr| log_lr.value) {
                None => &mut counts.uncalibrated,
                Some(value) if Support::of(value) == Support::None => &mut counts.inconclusive,
                Some(value) if (value > 0.0) == pair.same_source => &mut counts.supported,
                Some(_) => &mut counts.misleading,
            };
            counter[usize::from(!pair.same_source)] += 1;
        }
        counts
    }
}

/// The table of steps.
pub(crate) fn write(page: &mut Page, calibrated: &Calibrated) {
    page.subheading("What would have been reported");
    let count = |keep: &dyn Fn(Option<f64>) -> bool| -> [usize; 2] {
        let mut counts = [0, 0];
        for (pair, log_lr) in calibrated.pairs.iter().zip(&calibrated.log_lrs) {
            if keep(log_lr.map(|log_lr| log_lr.value)) {
                counts[usize::from(!pair.same_source)] += 1;
            }
        }
        counts
    };
    let row = |name: String, [same, different]: [usize; 2]| vec![name, same.to_string(), different.to_string()];
    let step = |step: Support, positive: bool| {
        count(&|value| value.is_some_and(|value| Support::of(value) == step && (value > 0.0) == positive))
    };
    let words = |step: Support| step.words().unwrap_or_default();
    let mut rows = Vec::new();
    for (steps, positive, proposition) in [
        (STEPS.to_vec(), true, "same source"),
        (Vec::new(), false, ""),
        (STEPS.iter().rev().copied().collect(), false, "different source"),
    ] {
        if steps.is_empty() {
            let none = count(&|value| value.is_some_and(|value| Support::of(value) == Support::None));
            rows.push(row("inconclusive: no support for either (ratio between 1/2 and 2)".into(), none));
        }
        let counted = steps.into_iter().map(|at| (at, step(at, positive))).filter(|(_, counts)| *counts != [0, 0]);
        rows.extend(counted.map(|(at, counts)| row(format!("{} for {proposition}", words(at)), counts)));
    }
    rows.push(row("no ratio: uncalibrated".into(), count(&|value| value.is_none())));
    page.table(&["ENFSI (2015)", "same-source pairs", "different-source pairs"], &rows);
    page.text("Steps that no pair reached are left out. Support for the wrong proposition is misleading evidence.");
}
