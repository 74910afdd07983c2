//! Do strangers look like different-source marks? Scan similarities of every real mark to both, side by side.

use super::Marks;
use headstamp_engine::features::QueryOptions;
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods;
use headstamp_engine::search::Gallery;
use serde::Serialize;

/// Strangers looked at.
const STRANGERS: usize = 500;

/// Quantiles of similarities to the real marks.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Quantiles {
    /// Pairs.
    pub(crate) pairs: usize,
    /// Median similarity.
    pub(crate) median: f32,
    /// 98th percentile.
    pub(crate) p98: f32,
    /// Largest.
    pub(crate) max: f32,
}

/// Similarities of different-source marks and of strangers.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Realism {
    /// Real marks of another firearm.
    pub(crate) different_source: Option<Quantiles>,
    /// Drawn ones.
    pub(crate) strangers: Option<Quantiles>,
}

/// Compares both.
pub(crate) fn measure(marks: &Marks, kind: MarkKind) -> anyhow::Result<Realism> {
    let method = methods::newest(kind);
    let mut gallery = Gallery::new(method);
    let real = marks.real.len();
    for at in 0..real + STRANGERS {
        let descriptor = match marks.real.get(at) {
            Some(mark) => method.descriptor(&mark.template),
            None => marks.strangers.descriptor(at as u64),
        };
        gallery.insert(super::id(at), &descriptor)?;
    }
    let (mut other, mut drawn) = (Vec::new(), Vec::new());
    for mark in &marks.real {
        let question = method.query(&mark.template, &QueryOptions { mirror: true });
        let slots: Vec<usize> = (0..real + STRANGERS)
            .filter(|&slot| marks.real.get(slot).is_none_or(|other| other.row.firearm != mark.row.firearm))
            .collect();
        let parts = gallery.parts();
        for found in parts.scan.measure(&parts.roster, &question, &slots) {
            if found.slot < real { other.push(found.similarity) } else { drawn.push(found.similarity) }
        }
    }
    Ok(Realism { different_source: quantiles(other), strangers: quantiles(drawn) })
}

fn quantiles(mut values: Vec<f32>) -> Option<Quantiles> {
    values.sort_by(f32::total_cmp);
    let at = |share: f64| values.get((share * (values.len().max(1) - 1) as f64).round() as usize).copied();
    Some(Quantiles { pairs: values.len(), median: at(0.5)?, p98: at(0.98)?, max: at(1.0)? })
}
