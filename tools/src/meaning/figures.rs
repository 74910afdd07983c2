//! What a set of likelihood ratios is worth, in numbers.

use super::Calibrated;
use super::steps::Outcomes;
use headstamp_engine::calibrate::bootstrap::{Interval, interval};
use headstamp_engine::calibrate::curves;
use headstamp_engine::calibrate::metrics;
use serde::Serialize;
use std::collections::BTreeMap;

/// Redraws of the firearms for an interval: its ends are then good to about a tenth of its width.
pub(crate) const REDRAWS: usize = 500;
/// Seed of the redraws, fixed so that a report can be made again byte for byte.
pub(crate) const SEED: u64 = 1;

/// Likelihood ratios of one set of pairs.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Figures {
    /// Same-source pairs that have a likelihood ratio.
    pub(crate) n_km: usize,
    /// Different-source pairs that have one.
    pub(crate) n_knm: usize,
    /// Cost, bits.
    pub(crate) cllr: Option<f64>,
    /// Its 95 % interval over the firearms.
    pub(crate) cllr_interval: Option<Interval>,
    /// What discrimination alone costs, bits.
    pub(crate) cllr_min: Option<f64>,
    /// Area under the ROC curve of the likelihood ratios.
    pub(crate) auc: Option<f64>,
    /// Its 95 % interval over the firearms.
    pub(crate) auc_interval: Option<Interval>,
    /// Equal error rate of the likelihood ratios.
    pub(crate) eer: Option<f64>,
    /// Share of same-source pairs with a ratio below 1.
    pub(crate) misleading_km: Option<f64>,
    /// Share of different-source pairs with a ratio above 1.
    pub(crate) misleading_knm: Option<f64>,
    /// Smallest and largest log10 likelihood ratio given.
    pub(crate) range: Option<[f64; 2]>,
    /// Share of the ratios that were held at a bound.
    pub(crate) at_bound: Option<f64>,
    /// Pairs by what would have been reported: same source, different source.
    pub(crate) outcomes: Outcomes,
}

impl Figures {
    /// Describes every set, and all pairs as `pooled`.
    pub(crate) fn by_set(calibrated: &Calibrated) -> BTreeMap<String, Self> {
        let sets = calibrated.sets().into_iter().map(|set| (set.to_owned(), Self::of(calibrated, Some(set))));
        sets.chain([("pooled".to_owned(), Self::of(calibrated, None))]).collect()
    }

    /// Describes the pairs of `set`, or all.
    fn of(calibrated: &Calibrated, set: Option<&str>) -> Self {
        let values = calibrated.values(set);
        let [km, knm] = calibrated.reference.split(|place, _| values[place]);
        let over_firearms = |figure: fn(&[f64], &[f64]) -> Option<f64>| {
            (!km.is_empty() && !knm.is_empty())
                .then(|| interval(&calibrated.reference, &values, REDRAWS, SEED, figure))
                .flatten()
        };
        let all = || km.iter().chain(&knm).copied();
        let misleading = curves::misleading(&km, &knm);
        let bound = calibrated
            .log_lrs
            .iter()
            .zip(&values)
            .filter(|(log_lr, value)| value.is_some() && log_lr.is_some_and(|log_lr| log_lr.bound.is_some()));
        Self {
            n_km: km.len(),
            n_knm: knm.len(),
            cllr: metrics::cllr(&km, &knm),
            cllr_interval: over_firearms(metrics::cllr),
            cllr_min: metrics::cllr_min(&km, &knm),
            auc: metrics::auc(&km, &knm),
            auc_interval: over_firearms(metrics::auc),
            eer: metrics::eer(&km, &knm),
            misleading_km: misleading.map(|(km, _)| km),
            misleading_knm: misleading.map(|(_, knm)| knm),
            range: all().reduce(f64::min).zip(all().reduce(f64::max)).map(|(low, high)| [low, high]),
            outcomes: Outcomes::of(calibrated, set),
            at_bound: (all().count() > 0).then(|| bound.count() as f64 / all().count() as f64),
        }
    }
}
