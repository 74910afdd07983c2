//! Striated marks and bullets as messages of the interface: lands are counted from 1, as laboratories do.

use super::grade;
use headstamp_engine::bullets::LandsComparison;
use headstamp_engine::marks::Grade;
use headstamp_engine::striae::{Signature, StriaeComparison};
use headstamp_proto::v1;

/// True if the record says how the scan lies and the scan does not contradict: with striae along its rows it was turned
/// while it was prepared, and nobody said which way.
pub(crate) fn declared(direction: i32, signature: &Signature) -> bool {
    let rotated = signature.areal.is_some_and(|areal| areal.orientation.rotated);
    match v1::ScanDirection::try_from(direction) {
        Ok(v1::ScanDirection::NoseUp) => !rotated,
        Ok(v1::ScanDirection::Unspecified) | Err(_) => false,
    }
}

/// The place of a land counted from 1, from 0; `None` of 0: nobody numbered it.
pub(crate) fn place(land: i32) -> Option<usize> {
    usize::try_from(land).ok()?.checked_sub(1)
}

/// A record with what is measured on a signature.
pub(super) fn measured(signature: &Signature, mark: v1::Mark) -> v1::Mark {
    let heights = signature.profile();
    let present: Vec<f64> = heights.iter().filter(|height| !height.is_nan()).map(|height| f64::from(*height)).collect();
    let squares = present.iter().map(|height| height * height).sum::<f64>();
    let (origin, trusted) = match (signature.walls, signature.kind.recipe().shoulders) {
        ([true, true], _) => ("walls", Grade::Good),
        ([true, false] | [false, true], _) => ("one wall", Grade::Fair),
        ([false, false], true) => ("data", Grade::Poor),
        // A kind without walls ends where its data end.
        ([false, false], false) => ("data", Grade::Fair),
    };
    v1::Mark {
        rows: 1,
        cols: heights.len() as u32,
        pitch_micrometres: signature.pitch.micrometres(),
        sq_micrometres: (squares / present.len().max(1) as f64).sqrt() * 1e6,
        coverage: present.len() as f64 / heights.len().max(1) as f64,
        origin: origin.to_owned(),
        grade: grade(trusted).to_owned(),
        ..mark
    }
}

/// What the score of a comparison of lands is made of.
pub(crate) fn bullet(found: &LandsComparison) -> v1::BulletParts {
    let number = |place: Option<usize>| place.map_or(0, |place| place as u32 + 1);
    let pairs = found.pairs.iter().map(|pair| v1::LandPair {
        reference_mark_id: pair.reference.0.to_string(),
        compared_mark_id: pair.compared.0.to_string(),
        reference_land: number(pair.reference.1),
        compared_land: number(pair.compared.1),
        score: pair.comparison.score,
        parts: Some(striae(&pair.comparison)),
    });
    let laid = found.laid.as_ref();
    let phases = laid.map(|laid| laid.phases.as_slice()).unwrap_or_default();
    v1::BulletParts {
        phased: laid.is_some(),
        land_count: laid.map_or(0, |laid| laid.ring as u32),
        offset: laid.map_or(0, |laid| laid.offset as u32),
        turned: found.reversed(),
        lands_compared: found.pairs.len() as u32,
        contrast: laid.map_or(0.0, |laid| laid.contrast),
        pairs: pairs.collect(),
        phases: phases.iter().map(|(score, lands)| v1::PhaseScore { score: *score, lands: *lands as u32 }).collect(),
        mirrored_score: found.mirrored,
    }
}

/// What the score of two striated marks is made of.
fn striae(found: &StriaeComparison) -> v1::StriaeParts {
    v1::StriaeParts {
        vote: found.vote,
        correlation: found.ccf.value.into(),
        agreeing_forward: found.forward.agreeing as u32,
        segments_forward: found.forward.segments.len() as u32,
        agreeing_backward: found.backward.agreeing as u32,
        segments_backward: found.backward.segments.len() as u32,
        lag_micrometres: found.lag.micrometres(),
        stretch: found.stretch,
        overlap_micrometres: found.overlap.micrometres(),
        consecutive_striae: found.cms.longest as u32,
        lie: found.lie.word().to_owned(),
    }
}
