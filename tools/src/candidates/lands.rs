//! Candidates of a search for a bullet or a single striated mark.

use super::{log10_lr, source};
use headstamp_proto::v1::{BulletParts, Candidate, LandPair};
use serde_json::{Value, json};

/// Headings of the table of bullets.
pub(super) const BULLETS: [&str; 7] = ["rank", "specimen", "source", "score", "lands compared", "phase", "log10 LR"];
/// Headings of the table of single marks.
pub(super) const MARKS: [&str; 9] =
    ["rank", "specimen", "land", "source", "score", "agreeing segments", "in reverse", "correlation", "log10 LR"];

/// A bullet as cells of its table.
pub(super) fn bullet_row(one: &Candidate) -> Vec<String> {
    let parts = one.bullet.as_ref();
    let lands = |parts: &BulletParts| match parts.phased {
        true => format!("{} of {}", parts.lands_compared, parts.land_count),
        false => "best pair".to_owned(),
    };
    vec![
        one.rank.to_string(),
        super::specimen(one),
        source(one),
        score(one),
        parts.map_or_else(|| "–".into(), lands),
        parts.map_or_else(|| "–".into(), phase),
        log10_lr(&one.strength.clone().unwrap_or_default()),
    ]
}

/// A mark as cells of its table.
pub(super) fn mark_row(one: &Candidate) -> Vec<String> {
    let pair = one.bullet.as_ref().and_then(|parts| parts.pairs.first());
    let parts = pair.and_then(|pair| pair.parts.clone());
    let cell = |text: Option<String>| text.unwrap_or_else(|| "–".into());
    vec![
        one.rank.to_string(),
        super::specimen(one),
        if one.land == 0 { "–".into() } else { one.land.to_string() },
        source(one),
        score(one),
        cell(parts.as_ref().map(|parts| format!("{} of {}", parts.agreeing_forward, parts.segments_forward))),
        cell(parts.as_ref().map(|parts| format!("{} of {}", parts.agreeing_backward, parts.segments_backward))),
        cell(parts.as_ref().map(|parts| format!("{:.3}", parts.correlation))),
        log10_lr(&one.strength.clone().unwrap_or_default()),
    ]
}

fn score(one: &Candidate) -> String {
    one.score.map_or_else(|| "–".into(), |score| format!("{score:.3}"))
}

/// Which land of the candidate lies on which land of the query, by the first pair; the others follow around the ring.
fn phase(parts: &BulletParts) -> String {
    let turned = if parts.turned { ", read from its other end" } else { "" };
    let number = |land: u32| if land == 0 { "?".to_owned() } else { land.to_string() };
    let pair =
        |pair: &LandPair| format!("land {} on {}{turned}", number(pair.compared_land), number(pair.reference_land));
    parts.pairs.first().map_or_else(|| "–".into(), pair)
}

/// What agrees, as JSON.
pub(super) fn document(parts: &BulletParts) -> Value {
    let pair = |pair: &LandPair| {
        let parts = pair.parts.clone().unwrap_or_default();
        json!({
            "land": pair.reference_land, "on_land": pair.compared_land, "score": pair.score,
            "vote": parts.vote, "correlation": parts.correlation,
            "agreeing_forward": parts.agreeing_forward, "segments_forward": parts.segments_forward,
            "agreeing_backward": parts.agreeing_backward, "segments_backward": parts.segments_backward,
            "lag_um": parts.lag_micrometres, "stretch": parts.stretch, "overlap_um": parts.overlap_micrometres,
            "direction": parts.lie,
        })
    };
    json!({
        "phased": parts.phased,
        "offset": parts.phased.then_some(parts.offset),
        "land_count": parts.phased.then_some(parts.land_count),
        "turned": parts.turned,
        "lands_compared": parts.lands_compared,
        "contrast": parts.phased.then_some(parts.contrast),
        "mirrored_score": parts.mirrored_score,
        "pairs": parts.pairs.iter().map(pair).collect::<Vec<_>>(),
    })
}

/// What a list of bullets rests on, in sentences.
pub(super) fn meaning(candidates: &[Candidate]) -> Vec<String> {
    let parts = || candidates.iter().filter_map(|one| one.bullet.as_ref());
    let mut sentences = Vec::new();
    if parts().any(|parts| parts.phased) {
        sentences.push(
            "The score of a bullet is the mean vote of its lands at the best phase; the phase names one pair, the other lands follow around the bullet.".to_owned(),
        );
    }
    let alone = parts().filter(|parts| !parts.phased && parts.lands_compared > 0).count();
    if alone > 0 && parts().any(|parts| parts.phased) {
        sentences.push(format!(
            "{alone} of {} candidates have no phase in common with the query (unnumbered lands, or another number of lands is said): their best pair of lands speaks alone, which lies higher by chance than a mean.",
            candidates.len()
        ));
    }
    sentences
}
