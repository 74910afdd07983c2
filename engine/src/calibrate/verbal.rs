//! Words for a likelihood ratio: the ENFSI scale, with both propositions stated.
//!
//! ENFSI Guideline for Evaluative Reporting in Forensic Science (2015), annex with the example of a verbal scale. The
//! words are about the findings given the propositions, never about the propositions: nothing here says that a mark was
//! made by a firearm. Conclusions of an examiner (AFTE range) are the examiner's and have no place here.

use super::bounds::Bound;
use super::model::LogLr;

/// The two propositions that a likelihood ratio weighs against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propositions {
    /// The same-source proposition.
    pub same_source: String,
    /// The different-source proposition.
    pub different_source: String,
}

impl Propositions {
    /// The propositions about two marks; `mark` names their kind, such as "breech face impression", `population` the
    /// reference population.
    pub fn about(mark: &str, population: &str) -> Self {
        Self {
            same_source: format!("the two marks ({mark}) were made by the same firearm"),
            different_source: format!(
                "the two marks ({mark}) were made by two different firearms like those of the reference population \
                 ({population})"
            ),
        }
    }
}

/// A step of the ENFSI (2015) scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Support {
    /// LR below 2: neither proposition is supported over the other.
    None,
    /// 2 to 10.
    Weak,
    /// 10 to 100.
    Moderate,
    /// 100 to 1,000.
    ModeratelyStrong,
    /// 1,000 to 10,000.
    Strong,
    /// 10,000 to 1,000,000.
    VeryStrong,
    /// 1,000,000 and above.
    ExtremelyStrong,
}

impl Support {
    /// The step for the size of a log10 likelihood ratio, whichever proposition it favours; a value that sits on a limit
    /// belongs to the higher step. The scale's first step reads "1", its second "2 to 10": below 2 is the first.
    pub fn of(log10_lr: f64) -> Self {
        let size = log10_lr.abs();
        match size {
            _ if size >= 6.0 => Support::ExtremelyStrong,
            _ if size >= 4.0 => Support::VeryStrong,
            _ if size >= 3.0 => Support::Strong,
            _ if size >= 2.0 => Support::ModeratelyStrong,
            _ if size >= 1.0 => Support::Moderate,
            _ if size >= std::f64::consts::LOG10_2 => Support::Weak,
            _ => Support::None,
        }
    }
    /// The words of the scale; `None` for no support.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Support::None => None,
            Support::Weak => Some("weak support"),
            Support::Moderate => Some("moderate support"),
            Support::ModeratelyStrong => Some("moderately strong support"),
            Support::Strong => Some("strong support"),
            Support::VeryStrong => Some("very strong support"),
            Support::ExtremelyStrong => Some("extremely strong support"),
        }
    }
}

/// One or two sentences on a likelihood ratio, with its number, both propositions and the bound if it was reached.
pub fn statement(log_lr: &LogLr, propositions: &Propositions) -> String {
    let favoured = log_lr.value >= 0.0;
    let (first, second) = if favoured {
        (&propositions.same_source, &propositions.different_source)
    } else {
        (&propositions.different_source, &propositions.same_source)
    };
    let times = significant(10f64.powf(log_lr.value.abs()));
    let mut text = match Support::of(log_lr.value).words() {
        None => format!(
            "The findings do not support one proposition over the other (likelihood ratio {}): that {}, or that {}.",
            significant(10f64.powf(log_lr.value)),
            propositions.same_source,
            propositions.different_source
        ),
        Some(words) => format!(
            "The findings provide {words} for the proposition that {first}, relative to the proposition that {second}: \
             they are about {times} times more probable if the first is true than if the second is."
        ),
    };
    if let Some(Bound::Lower | Bound::Upper) = log_lr.bound {
        text.push_str(" The value is held at the limit of what the reference population can support.");
    }
    text
}

/// Two significant digits, the way a reader would round.
fn significant(value: f64) -> String {
    let digits = value.log10().floor() as i32 - 1;
    if digits >= 0 {
        let unit = 10f64.powi(digits);
        format!("{:.0}", (value / unit).round() * unit)
    } else {
        format!("{value:.*}", digits.unsigned_abs() as usize)
    }
}
