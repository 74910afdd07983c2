//! What is done to the query, and to the query alone: the gallery always holds the marks as they were scanned.

use headstamp_engine::synth::degrade::{self, SectorOrigin};
use headstamp_engine::template::Template;
use std::fmt;
use std::str::FromStr;

/// Says that a sector keeps the origin of its whole mark.
const TRUE_ORIGIN: &str = "true-origin";

/// How the queries are spoilt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Degraded {
    /// Not at all.
    Whole,
    /// Noise of so many times the mark's Sq added to the prepared mark.
    Noise(f64),
    /// Only so many degrees of the turn.
    Sector(f64, SectorOrigin),
}

impl Degraded {
    /// The query made from a mark: the same mark, seed and index give the same query. `None` if no direction of the
    /// mark holds such a sector.
    pub(crate) fn query(self, template: &Template, seed: u64, index: u64) -> Option<Template> {
        match self {
            Self::Whole => Some(template.clone()),
            Self::Noise(strength) => Some(degrade::noisy(template, strength, seed, index)),
            Self::Sector(degrees, origin) => degrade::sector(template, degrees, origin, seed, index),
        }
    }
}

impl FromStr for Degraded {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!(
                "`{text}` is none of whole, noise:STRENGTH (0 to 10 Sq), sector:DEGREES (10 to 350), \
                 sector:DEGREES:{TRUE_ORIGIN}"
            )
        };
        let number = |text: &str| text.parse::<f64>().map_err(|_| expected());
        let degraded = match text.split_once(':') {
            None if text == "whole" => Self::Whole,
            Some(("noise", strength)) => Self::Noise(number(strength)?),
            Some(("sector", degrees)) => match degrees.split_once(':') {
                None => Self::Sector(number(degrees)?, SectorOrigin::Found),
                Some((degrees, TRUE_ORIGIN)) => Self::Sector(number(degrees)?, SectorOrigin::True),
                Some(_) => return Err(expected()),
            },
            _ => return Err(expected()),
        };
        let allowed = match degraded {
            Self::Whole => true,
            Self::Noise(strength) => strength > 0.0 && strength <= 10.0,
            Self::Sector(degrees, _) => (10.0..=350.0).contains(&degrees),
        };
        allowed.then_some(degraded).ok_or_else(expected)
    }
}

impl fmt::Display for Degraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Noise(strength) => write!(f, "noise:{strength}"),
            Self::Sector(degrees, SectorOrigin::Found) => write!(f, "sector:{degrees}"),
            Self::Sector(degrees, SectorOrigin::True) => write!(f, "sector:{degrees}:{TRUE_ORIGIN}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_named_as_it_is_asked_for_and_nonsense_is_refused() {
        for text in ["whole", "noise:1.5", "sector:120", "sector:90:true-origin"] {
            assert_eq!(text.parse::<Degraded>().unwrap().to_string(), text);
        }
        for text in ["", "noise", "noise:", "noise:0", "noise:nan", "sector:5", "sector:360", "sector:90:", "half:2"] {
            assert!(text.parse::<Degraded>().is_err(), "{text}");
        }
    }
}
