//! Two signatures to a score and its parts.

mod bullet;
mod ccf;
mod cms;
mod kernel;
mod lie;
mod loose;
pub mod plot;
mod ready;
mod vote;

pub use bullet::{Bullet, BulletComparison, BulletLie, LandPair, Phase, compare_bullets};
pub use ccf::Ccf;
pub use cms::Cms;
pub use lie::Lie;
pub use loose::best_pair;
pub use ready::Ready;
pub use vote::{Segment, Side};

use super::{Signature, StriaKind};
use crate::units::Metres;

/// Whether both scans are known to lie the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The direction of both scans is declared: only as they lie.
    Declared,
    /// It is not: the compared signature is also tried from right to left, and the better one counts. Two tries make a
    /// chance agreement about twice as likely.
    Unknown,
}

/// What a comparison of two striated marks found.
#[derive(Clone, Debug, PartialEq)]
pub struct StriaeComparison {
    /// Method and version.
    pub method: &'static str,
    /// The raw score, 0 to 1: [`Self::vote`] for long marks; the correlation for short ones, which have too few segments.
    pub score: f64,
    /// Share of segments that agree, mean of both ways.
    pub vote: f64,
    /// Mean of both ways of the best correlations at one common lag.
    pub soft: f64,
    /// Correlation of the whole signatures.
    pub ccf: Ccf,
    /// Where the first sample of the reference lies on the compared signature, by the vote.
    pub lag: Metres,
    /// What a length on the reference grows by on the compared mark: 0.01 is 1 % longer. 0 of fewer than 3 segments.
    pub stretch: f64,
    /// Length both signatures have in common at [`Self::lag`].
    pub overlap: Metres,
    /// The reference's segments on the compared signature.
    pub forward: Side,
    /// The compared signature's segments on the reference.
    pub backward: Side,
    /// Striae that lie together, for display.
    pub cms: Cms,
    /// How the compared scan lies against the reference.
    pub lie: Lie,
}

/// Why two signatures cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum StriaeError {
    /// Marks of different parts of the firearm.
    #[error("a {reference} cannot be compared with a {compared}")]
    Kinds {
        /// Kind of the reference.
        reference: StriaKind,
        /// Kind of the other.
        compared: StriaKind,
    },
    /// Bullets of different rifling.
    #[error("a bullet with {reference} lands cannot be laid on one with {compared}")]
    Rings {
        /// Lands of the reference, missing ones counted.
        reference: usize,
        /// Lands of the other.
        compared: usize,
    },
    /// Signatures of different grids.
    #[error("samples {:.2} and {:.2} um apart cannot be compared", reference.micrometres(), compared.micrometres())]
    Pitches {
        /// Pitch of the reference.
        reference: Metres,
        /// Pitch of the other.
        compared: Metres,
    },
}

/// Compares two signatures.
///
/// # Errors
/// [`StriaeError`] if they are of different kinds or grids.
pub fn compare(
    reference: &Signature,
    compared: &Signature,
    direction: Direction,
) -> Result<StriaeComparison, StriaeError> {
    compare_ready(&Ready::of(reference), &Ready::of(compared), direction)
}

/// [`compare`] on signatures made ready before.
///
/// # Errors
/// [`StriaeError`] if they are of different kinds or grids.
pub fn compare_ready(
    reference: &Ready,
    compared: &Ready,
    direction: Direction,
) -> Result<StriaeComparison, StriaeError> {
    check(reference, compared)?;
    let upright = one_way(reference, compared, false);
    if direction == Direction::Declared {
        return Ok(upright);
    }
    let reversed = one_way(reference, &compared.reversed(), true);
    Ok(if reversed.score > upright.score { reversed } else { upright })
}

fn check(reference: &Ready, compared: &Ready) -> Result<(), StriaeError> {
    let (one, other) = (reference.signature(), compared.signature());
    if one.kind != other.kind {
        return Err(StriaeError::Kinds { reference: one.kind, compared: other.kind });
    }
    if (one.pitch.metres() - other.pitch.metres()).abs() > 1e-3 * one.pitch.metres() {
        return Err(StriaeError::Pitches { reference: one.pitch, compared: other.pitch });
    }
    Ok(())
}

/// The vote both ways, 0 to 1: all that a ranking of many marks needs.
///
/// # Errors
/// [`StriaeError`] if they are of different kinds or grids.
pub fn vote_ready(reference: &Ready, compared: &Ready) -> Result<f64, StriaeError> {
    check(reference, compared)?;
    Ok((vote::share(reference, compared) + vote::share(compared, reference)) / 2.0)
}

/// The raw score of [`compare_ready`] alone, as the scans lie: all that ordering many marks needs.
///
/// # Errors
/// [`StriaeError`] if they are of different kinds or grids.
pub fn score_ready(reference: &Ready, compared: &Ready) -> Result<f64, StriaeError> {
    if trusts_ccf(reference.signature.kind) {
        Ok(f64::from(ccf_ready(reference, compared)?.value).max(0.0))
    } else {
        vote_ready(reference, compared)
    }
}

/// The best correlation over all lags.
///
/// # Errors
/// [`StriaeError`] if they are of different kinds or grids.
pub fn ccf_ready(reference: &Ready, compared: &Ready) -> Result<Ccf, StriaeError> {
    check(reference, compared)?;
    Ok(ccf::ccf(reference, compared))
}

fn one_way(reference: &Ready, compared: &Ready, reversed: bool) -> StriaeComparison {
    let (forward, backward) = (vote::vote(reference, compared), vote::vote(compared, reference));
    let vote = (forward.share() + backward.share()) / 2.0;
    let ccf = ccf::ccf(reference, compared);
    let (lag, stretch) = (forward.lag, stretch(&forward));
    let kind = reference.signature.kind;
    let (a, b) = (reference.signature.width().metres(), compared.signature.width().metres());
    let overlap = (a + lag.metres()).min(b) - lag.metres().max(0.0);
    StriaeComparison {
        method: super::ID,
        score: if trusts_ccf(kind) { f64::from(ccf.value).max(0.0) } else { vote },
        vote,
        soft: f64::from(forward.soft + backward.soft) / 2.0,
        ccf,
        lag,
        stretch,
        overlap: Metres::new(overlap.max(0.0)),
        cms: cms::cms(reference.fine.samples(), compared.fine.samples(), reference.fine.pitch, lag, stretch),
        forward,
        backward,
        lie: Lie::of(&reference.signature, &compared.signature, reversed),
    }
}

/// Marks of fewer than a millimetre have too few segments to vote; their correlation alone separates.
const fn trusts_ccf(kind: StriaKind) -> bool {
    match kind {
        StriaKind::BulletLand | StriaKind::BulletGroove => false,
        StriaKind::ApertureShear | StriaKind::FiringPinDrag | StriaKind::CycleScratch => true,
    }
}

/// Slope of the lags of agreeing segments over where they begin: what a length grows by.
fn stretch(side: &Side) -> f64 {
    let agreeing: Vec<(f64, f64)> = side
        .segments
        .iter()
        .filter(|segment| segment.agrees)
        .map(|segment| (segment.start.metres(), segment.lag.metres()))
        .collect();
    if agreeing.len() < 3 {
        return 0.0;
    }
    let count = agreeing.len() as f64;
    let (mx, my) = agreeing.iter().fold((0.0, 0.0), |(mx, my), (x, y)| (mx + x / count, my + y / count));
    let (sxx, sxy) =
        agreeing.iter().fold((0.0, 0.0), |(sxx, sxy), (x, y)| (sxx + (x - mx) * (x - mx), sxy + (x - mx) * (y - my)));
    if sxx > 0.0 { sxy / sxx } else { 0.0 }
}
