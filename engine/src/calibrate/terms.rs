//! What a calibration model looks at: one term a number, read from the named columns of a comparison or a score table.
//!
//! A term is written as a laboratory would write it, `correlation`, `cmc/n`, `ln(n)` or `ln(0.02+weighted_fraction)`, and
//! stored in the model in that form, so that the model document says by itself what goes in.

use super::CalibrateError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One input of a calibration model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Term {
    /// The column as it is.
    Column(String),
    /// One column over another.
    Ratio(String, String),
    /// Natural logarithm of an offset (0 or more) plus a column.
    Log {
        /// Added to the column before the logarithm.
        offset: f64,
        /// The column.
        column: String,
    },
}

impl Term {
    /// The columns the term reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Term::Column(column) | Term::Log { column, .. } => (column, None),
            Term::Ratio(above, below) => (above, Some(below)),
        };
        std::iter::once(first.as_str()).chain(second.map(String::as_str))
    }

    /// The value of the term where `column` gives the value of a named column.
    ///
    /// # Errors
    /// [`CalibrateError::ColumnMissing`] if a column has no value; [`CalibrateError::TermNotFinite`] if the value of the
    /// term is no finite number (a zero below the stroke, the logarithm of nothing).
    pub fn value(&self, column: impl Fn(&str) -> Option<f64>) -> Result<f64, CalibrateError> {
        let read = |name: &str| column(name).ok_or_else(|| CalibrateError::ColumnMissing { column: name.to_owned() });
        let value = match self {
            Term::Column(name) => read(name)?,
            Term::Ratio(above, below) => read(above)? / read(below)?,
            Term::Log { offset, column } => (offset + read(column)?).ln(),
        };
        if value.is_finite() { Ok(value) } else { Err(CalibrateError::TermNotFinite { term: self.to_string(), value }) }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Column(column) => f.write_str(column),
            Term::Ratio(above, below) => write!(f, "{above}/{below}"),
            Term::Log { offset, column } if *offset == 0.0 => write!(f, "ln({column})"),
            Term::Log { offset, column } => write!(f, "ln({offset}+{column})"),
        }
    }
}

impl FromStr for Term {
    type Err = CalibrateError;

    fn from_str(text: &str) -> Result<Self, CalibrateError> {
        let wrong = || CalibrateError::TermUnreadable { term: text.to_owned() };
        let text_trimmed = text.trim();
        let column = |name: &str| {
            let name = name.trim();
            let first_is_letter = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            let rest_is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if first_is_letter && rest_is_plain { Ok(name.to_owned()) } else { Err(wrong()) }
        };
        if let Some(inside) = text_trimmed.strip_prefix("ln(").and_then(|rest| rest.strip_suffix(')')) {
            return match inside.split_once('+') {
                None => Ok(Term::Log { offset: 0.0, column: column(inside)? }),
                Some((offset, name)) => {
                    let offset: f64 = offset.trim().parse().map_err(|_| wrong())?;
                    if !(offset.is_finite() && offset >= 0.0) {
                        return Err(wrong());
                    }
                    Ok(Term::Log { offset, column: column(name)? })
                }
            };
        }
        match text_trimmed.split_once('/') {
            Some((above, below)) => Ok(Term::Ratio(column(above)?, column(below)?)),
            None => Ok(Term::Column(column(text_trimmed)?)),
        }
    }
}

impl TryFrom<String> for Term {
    type Error = CalibrateError;

    fn try_from(text: String) -> Result<Self, CalibrateError> {
        text.parse()
    }
}

impl From<Term> for String {
    fn from(term: Term) -> String {
        term.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(name: &str) -> Option<f64> {
        match name {
            "cmc" => Some(6.0),
            "n" => Some(8.0),
            "none" => Some(0.0),
            _ => None,
        }
    }

    #[test]
    fn a_term_reads_back_as_it_was_written_and_gives_the_number_a_calculator_gives() {
        for (text, value) in [("cmc", 6.0), ("cmc/n", 0.75), ("ln(n)", 2.079_441_54), ("ln(1+cmc)", 1.945_910_15)] {
            let term: Term = text.parse().unwrap();
            assert_eq!(term.to_string(), text);
            assert!((term.value(columns).unwrap() - value).abs() < 1e-8, "{text}");
        }
    }

    #[test]
    fn a_term_that_cannot_be_read_or_has_no_value_is_an_error_that_names_it() {
        for text in ["", "ln()", "ln(x", "a/b/c", "1+a", "ln(-1+a)", "ln(inf+a)", "a b", "7"] {
            assert!(text.parse::<Term>().is_err(), "`{text}` was read");
        }
        let missing = "other".parse::<Term>().unwrap().value(columns).unwrap_err();
        assert!(missing.to_string().contains("other"), "{missing}");
        assert!("cmc/none".parse::<Term>().unwrap().value(columns).is_err());
        assert!("ln(none)".parse::<Term>().unwrap().value(columns).is_err());
    }
}
