//! Lands whose order is not known: unnumbered ones, fragments, bullets that are said to have another number of lands.
//!
//! Where no phase can be laid, the one pair of lands that agrees best speaks. It is the largest of many votes and so
//! lies higher by chance than the mean of a phase; that is why it is told apart from one wherever it is shown.

use super::{Direction, Ready, StriaeComparison, StriaeError, compare_ready, score_ready};

/// The pair of lands that agrees best: the places in `reference` and `compared`, and its comparison. `None` if either has
/// no lands.
///
/// # Errors
/// [`StriaeError`] if lands are of different kinds or grids.
pub fn best_pair(
    reference: &[Ready],
    compared: &[Ready],
    direction: Direction,
) -> Result<Option<(usize, usize, StriaeComparison)>, StriaeError> {
    if let ([own], [other]) = (reference, compared) {
        return Ok(Some((0, 0, compare_ready(own, other, direction)?)));
    }
    let mut best: Option<(f64, usize, usize)> = None;
    for (at, other) in compared.iter().enumerate() {
        let reversed = (direction == Direction::Unknown).then(|| other.reversed());
        for (own_at, own) in reference.iter().enumerate() {
            let mut score = score_ready(own, other)?;
            if let Some(reversed) = &reversed {
                score = score.max(score_ready(own, reversed)?);
            }
            if best.is_none_or(|(most, ..)| score > most) {
                best = Some((score, own_at, at));
            }
        }
    }
    let Some((_, own, other)) = best else { return Ok(None) };
    Ok(Some((own, other, compare_ready(&reference[own], &compared[other], direction)?)))
}
