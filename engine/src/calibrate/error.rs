//! Why no model or no likelihood ratio can be given.

/// Why no model can be fitted, or a score has no likelihood ratio.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// A term in none of the accepted forms.
    #[error("`{term}` is no term: write `column`, `column/column`, `ln(column)` or `ln(number+column)`")]
    TermUnreadable {
        /// What was written.
        term: String,
    },
    /// A population without a term has nothing to look at.
    #[error("a model needs at least one term")]
    NoTerms,
    /// A named column is absent or empty.
    #[error("no column `{column}` in the scores")]
    ColumnMissing {
        /// The column.
        column: String,
    },
    /// A term, or the score, is no finite number for a pair.
    #[error("`{term}` is {value} for a pair: only finite numbers have a likelihood ratio")]
    TermNotFinite {
        /// The term as written.
        term: String,
        /// Its value.
        value: f64,
    },
    /// A pair says same source and names two firearms.
    #[error("a same-source pair names two firearms, `{first}` and `{second}`")]
    SourceContradicts {
        /// Firearm of the first mark.
        first: String,
        /// Firearm of the second.
        second: String,
    },
    /// Not enough pairs to fit anything.
    #[error("{same} same-source and {different} different-source pairs: at least {least} of each are needed")]
    TooFewPairs {
        /// Same-source pairs.
        same: usize,
        /// Different-source pairs.
        different: usize,
        /// Needed of each.
        least: usize,
    },
    /// The numbers cannot be fitted.
    #[error("the logistic fit did not settle in {steps} steps")]
    NotConverged {
        /// Steps tried.
        steps: usize,
    },
    /// One score a pair is needed.
    #[error("{scores} scores for {pairs} pairs")]
    ScoreCount {
        /// Scores given.
        scores: usize,
        /// Pairs given.
        pairs: usize,
    },
    /// A model document that cannot be trusted.
    #[error("not a calibration model: {reason}")]
    Document {
        /// What is wrong.
        reason: String,
    },
}
