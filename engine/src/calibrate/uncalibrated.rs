//! Why a score has no likelihood ratio.

/// Why a score has no likelihood ratio, in the order in which it is asked: the later, the nearer a population came.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Uncalibrated {
    /// There is no model at all.
    #[error("uncalibrated: no reference population fits: there is none for {kind}")]
    Kind {
        /// Code of the mark kind.
        kind: String,
    },
    /// A model of another method version.
    #[error(
        "uncalibrated: no reference population fits: the score is of method `{of_score}`, the population of `{known}`"
    )]
    Method {
        /// Of the score.
        of_score: String,
        /// Of the population.
        known: String,
    },
    /// Nobody said how the marks were measured.
    #[error("uncalibrated: no reference population fits: neither file nor record states the instrument of both marks")]
    AcquisitionNotStated,
    /// Measured with another instrument.
    #[error(
        "uncalibrated: no reference population fits: the marks were measured with `{of_score}`, the population `{population}` with `{known}`"
    )]
    Acquisition {
        /// Of the score.
        of_score: String,
        /// Of the population.
        known: String,
        /// The population's name.
        population: String,
    },
    /// The origin of a mark was found otherwise.
    #[error(
        "uncalibrated: no reference population fits: the origin of a mark is `{found}`, of the population's marks `{known}`"
    )]
    Origin {
        /// Of the mark.
        found: &'static str,
        /// Of the population.
        known: String,
    },
    /// A partial mark, or one larger than any known.
    #[error(
        "uncalibrated: no reference population fits: a mark holds {found:.2} mm2, the population's marks {low:.2} to {high:.2}"
    )]
    Area {
        /// Square millimetres.
        found: f64,
        /// Smallest of the population.
        low: f64,
        /// Largest of the population.
        high: f64,
    },
    /// A weak or noisy mark.
    #[error(
        "uncalibrated: no reference population fits: a mark has a height (Sq) of {found:.2} um, the population's marks {low:.2} to {high:.2}"
    )]
    Height {
        /// Micrometres.
        found: f64,
        /// Smallest of the population.
        low: f64,
        /// Largest of the population.
        high: f64,
    },
    /// Neither kind of pair was ever seen there.
    #[error(
        "uncalibrated: no pair of the reference population lies where this one does: above all different-source pairs (log10 LR {different:.2} on the line), below all same-source pairs ({same:.2})"
    )]
    Between {
        /// Highest of the different-source pairs.
        different: f64,
        /// Lowest of the same-source pairs.
        same: f64,
    },
    /// Agreement of mirror images speaks about exports, not about firearms.
    #[error(
        "uncalibrated: the two agree only if one scan is mirrored, which no same-source pair of the reference population did"
    )]
    Mirrored,
    /// A score part the model looks at is missing or no number.
    #[error("uncalibrated: {0}")]
    Term(String),
    /// No full comparison was made.
    #[error("not compared in full")]
    NotCompared,
}

impl Uncalibrated {
    /// How far a score came before a model declined it.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Kind { .. } | Self::NotCompared => 0,
            Self::Method { .. } => 1,
            Self::AcquisitionNotStated => 2,
            Self::Acquisition { .. } => 3,
            Self::Origin { .. } => 4,
            Self::Area { .. } => 5,
            Self::Height { .. } => 6,
            Self::Between { .. } | Self::Mirrored | Self::Term(_) => 7,
        }
    }
}
