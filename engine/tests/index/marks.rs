//! Marks for the tests: synthetic pairs of shots, made once.

use headstamp_engine::ids::MarkId;
use headstamp_engine::synth::impression::BreechFace;
use headstamp_engine::template::Template;
use std::sync::LazyLock;
use uuid::Uuid;

static POPULATION: LazyLock<Vec<Template>> = LazyLock::new(|| {
    (0..8)
        .flat_map(|firearm| {
            let face = BreechFace::new(11, firearm).with_difficulty(0.25);
            [face.shot(1), face.shot(2)]
        })
        .collect()
});

/// Two shots of each of eight firearms (two lots), turned at random; marks `2 n` and `2 n + 1` are of one firearm.
pub(crate) fn population() -> &'static [Template] {
    &POPULATION
}

/// The id of mark number `at`.
pub(crate) fn id(at: usize) -> MarkId {
    MarkId(Uuid::from_u128(at as u128))
}

/// A filter that leaves every mark.
pub(crate) fn all(_: MarkId) -> bool {
    true
}
