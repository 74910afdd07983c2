//! What several marks of two items say together, under an assumption that is stated.
//!
//! Marks of one part are taken as wholly dependent: they are made by the same metal, so several of them count as one, with
//! the mean of their log likelihood ratios (a mark that scored low by chance, and one that scored high, are both in it).
//! Parts are taken as independent given either proposition: their log ratios add up. That second assumption is not
//! tested on anything here (marks of one shot share ammunition and pressure, firearms of one make share tools), so the
//! other end is given beside it: all parts wholly dependent, the mean of the parts.
//!
//! Where one part speaks for one source and another for two, nothing is combined: neither proposition allows that a
//! part was replaced, and that is what the reader has to be told. A mark without a likelihood ratio adds nothing and is
//! counted.

use std::fmt;

/// From here on a part speaks for one source, and below its negative for two: the step from which the ENFSI (2015) scale
/// says *moderate support*.
const SPEAKS: f64 = 1.0;

/// The assumption in a sentence, for whoever reads a combined value.
pub const ASSUMPTION: &str = "marks of one part are taken as wholly dependent and count as one (mean of their log10 likelihood ratios); parts are taken as independent given either proposition, which was not tested, and beside that sum stands the value for parts that are wholly dependent (their mean)";

/// A part of a firearm that leaves marks. A mark speaks about the part that made it, and parts can be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Carries the breech face and the edge of the firing-pin aperture.
    SlideOrBolt,
    /// Engraves lands and grooves.
    Barrel,
    /// Strikes and drags.
    FiringPin,
    /// Extractor, ejector, ejection port or chamber: a scratch of the cycle does not say which.
    Cycle,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SlideOrBolt => "slide or bolt",
            Self::Barrel => "barrel",
            Self::FiringPin => "firing pin",
            Self::Cycle => "extractor, ejector or chamber",
        })
    }
}

/// What one mark says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// The part that made it.
    pub part: Part,
    /// log10 of its likelihood ratio; `None` if it has none.
    pub log10_lr: Option<f64>,
}

/// What the marks of one part say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartFinding {
    /// The part.
    pub part: Part,
    /// Mean log10 likelihood ratio of its marks that have one; `None` if none has.
    pub log10_lr: Option<f64>,
    /// Marks that have one.
    pub weighed: usize,
    /// Marks that have none.
    pub unweighed: usize,
}

/// What all parts say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combined {
    /// log10 likelihood ratio if the parts are independent: the sum.
    pub independent: f64,
    /// The same if they are wholly dependent: the mean.
    pub dependent: f64,
    /// Parts that say something.
    pub parts: usize,
}

/// What several marks say, part by part and together.
#[derive(Clone, Debug, PartialEq)]
pub struct Fused {
    /// In the order of [`Part`].
    pub parts: Vec<PartFinding>,
    /// All together, or why not.
    pub combined: Result<Combined, NotCombined>,
}

/// Why parts are not combined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCombined {
    /// No mark has a likelihood ratio.
    #[error("none of the {marks} marks has a likelihood ratio")]
    NothingWeighed {
        /// How many there are.
        marks: usize,
    },
    /// Parts contradict each other.
    #[error(
        "{} speaks for one source, {} for two: a part may have been replaced, or its mark is weak; the two propositions do not cover that, so nothing is combined",
        names(one),
        names(two)
    )]
    PartsDisagree {
        /// Parts that speak for one source.
        one: Vec<Part>,
        /// Parts that speak for two.
        two: Vec<Part>,
    },
}

/// Combines what the marks of two items say.
pub fn fuse(findings: &[Finding]) -> Fused {
    let mut kinds: Vec<Part> = findings.iter().map(|finding| finding.part).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let parts: Vec<PartFinding> = kinds.into_iter().map(|part| of_part(part, findings)).collect();
    let speaking = |speaks: fn(f64) -> bool| -> Vec<Part> {
        parts.iter().filter(|found| found.log10_lr.is_some_and(speaks)).map(|found| found.part).collect()
    };
    let (one, two) = (speaking(|value| value >= SPEAKS), speaking(|value| value <= -SPEAKS));
    let weighed: Vec<f64> = parts.iter().filter_map(|found| found.log10_lr).collect();
    let combined = if weighed.is_empty() {
        Err(NotCombined::NothingWeighed { marks: findings.len() })
    } else if !one.is_empty() && !two.is_empty() {
        Err(NotCombined::PartsDisagree { one, two })
    } else {
        let independent = weighed.iter().sum::<f64>();
        Ok(Combined { independent, dependent: independent / weighed.len() as f64, parts: weighed.len() })
    };
    Fused { parts, combined }
}

fn of_part(part: Part, findings: &[Finding]) -> PartFinding {
    let own = || findings.iter().filter(|finding| finding.part == part);
    let weighed: Vec<f64> = own().filter_map(|finding| finding.log10_lr).collect();
    PartFinding {
        part,
        log10_lr: (!weighed.is_empty()).then(|| weighed.iter().sum::<f64>() / weighed.len() as f64),
        weighed: weighed.len(),
        unweighed: own().count() - weighed.len(),
    }
}

fn names(parts: &[Part]) -> String {
    parts.iter().map(Part::to_string).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(part: Part, log10_lr: impl Into<Option<f64>>) -> Finding {
        Finding { part, log10_lr: log10_lr.into() }
    }

    #[test]
    fn three_marks_of_one_part_count_as_one_and_two_parts_add_up() {
        // 10^1.2, 10^2.0 and 10^1.6 of one slide are 10^1.6; with 10^0.9 of the barrel 10^2.5, or 10^1.25 if dependent.
        let findings = [1.2, 2.0, 1.6].map(|value| mark(Part::SlideOrBolt, value));
        let fused = fuse(&[&findings[..], &[mark(Part::Barrel, 0.9)]].concat());
        let combined = fused.combined.unwrap();
        assert!((combined.independent - 2.5).abs() < 1e-12 && (combined.dependent - 1.25).abs() < 1e-12);
        assert_eq!((combined.parts, fused.parts[0].weighed), (2, 3));
    }

    #[test]
    fn a_firing_pin_for_one_source_and_a_breech_face_for_two_are_not_combined_but_told() {
        let fused = fuse(&[mark(Part::FiringPin, 1.9), mark(Part::SlideOrBolt, -1.2)]);
        let text = fused.combined.unwrap_err().to_string();
        assert!(
            text.starts_with("firing pin speaks for one source, slide or bolt for two: a part may have been replaced")
        );
        // A weak contradiction is no sign of another part.
        let weak = fuse(&[mark(Part::FiringPin, 1.9), mark(Part::SlideOrBolt, -0.4)]).combined.unwrap();
        assert!((weak.independent - 1.5).abs() < 1e-12);
    }

    #[test]
    fn marks_without_a_ratio_add_nothing_and_are_counted() {
        let fused = fuse(&[mark(Part::Barrel, None), mark(Part::SlideOrBolt, 1.1), mark(Part::SlideOrBolt, None)]);
        assert_eq!(fused.combined.unwrap(), Combined { independent: 1.1, dependent: 1.1, parts: 1 });
        assert_eq!((fused.parts[1].log10_lr, fused.parts[1].unweighed), (None, 1));
        let none = fuse(&[mark(Part::Barrel, None)]).combined.unwrap_err();
        assert_eq!(none.to_string(), "none of the 1 marks has a likelihood ratio");
        assert_eq!(fuse(&[]).combined.unwrap_err(), NotCombined::NothingWeighed { marks: 0 });
    }
}
