//! What the shipped model says, and where it says nothing.

use headstamp_engine::calibrate::model::Scope;
use headstamp_engine::calibrate::models::{Held, Models};
use headstamp_engine::calibrate::setting::{Setting, Traits};
use headstamp_engine::calibrate::uncalibrated::Uncalibrated;
use headstamp_engine::compare::{Comparison, Parts, Registration};

/// A comparison whose cells agree to this share; correlation follows as it does on whole marks.
fn comparison(share: f64) -> Comparison {
    let parts = Parts {
        cmc_forward: (60.0 * share) as u32,
        cmc_reverse: (60.0 * share) as u32,
        cells_forward: 60,
        cells_reverse: 60,
        common: 1.0,
        cmc_fraction: share,
        weighted_fraction: 1.3 * share,
        correlation: 0.07 + 0.6 * share,
    };
    let (forward, reverse) = (Vec::new(), Vec::new());
    let score = 0.8 * share;
    Comparison { method: "impression/1".into(), score, parts, registration: Registration::NONE, forward, reverse }
}

fn setting() -> Setting {
    let scope = Scope {
        mark_kind: "breech_face_3d".into(),
        acquisition: "NanoFocus usurf 10x".into(),
        method: "impression/1".into(),
    };
    let mark = Traits { origin: "crop", area_mm2: 3.2, sq_um: 1.0 };
    Setting { scope, marks: [mark; 2] }
}

#[test]
fn cells_that_agree_speak_for_one_source_and_cells_that_do_not_for_two() {
    let models = Models::shipped().unwrap();
    let same = models.meaning(&setting(), &comparison(0.9)).unwrap();
    let different = models.meaning(&setting(), &comparison(0.02)).unwrap();
    // 178 same-source and 705 different-source pairs: no ratio beyond log10 of 179 and 706.
    assert!((1.0..=2.849).contains(&same.log_lr.value), "{:?}", same.log_lr);
    assert!((-2.253..=-1.0).contains(&different.log_lr.value), "{:?}", different.log_lr);
    let text = same.statement("breech face impression");
    assert!(text.contains("Fadul and Weller") && text.contains("relative to the proposition"), "{text}");
    assert!(!text.contains("match"), "{text}");
}

#[test]
fn where_no_pair_was_seen_no_ratio_is_given_but_the_number_of_strangers_is_bounded() {
    let models = Models::shipped().unwrap();
    let between = comparison(0.35);
    assert!(matches!(models.meaning(&setting(), &between), Err(Uncalibrated::Between { .. })));
    let (held, expected) = models.expected(&setting(), &between, 100_000).unwrap();
    assert_eq!((held.model.population.firearms, expected.seen, expected.of), (10, 0, 705));
    // Clopper and Pearson, none of 705 and none of 21 pairs of firearms: 0.424 % and 13.3 %.
    assert!((expected.count_upper - 424.0).abs() < 1.0, "{expected:?}");
    assert!((expected.count_upper_by_firearms - 13_295.0).abs() < 10.0, "{expected:?}");
}

#[test]
fn mirror_images_sectors_and_other_instruments_get_a_reason_instead_of_a_ratio() {
    let models = Models::shipped().unwrap();
    let agreeing = comparison(0.9);
    let mirrored =
        Comparison { registration: Registration { mirrored: true, ..Registration::NONE }, ..agreeing.clone() };
    assert_eq!(models.meaning(&setting(), &mirrored).unwrap_err(), Uncalibrated::Mirrored);
    let mut sector = setting();
    sector.marks[1].area_mm2 = 1.0;
    assert!(matches!(models.meaning(&sector, &agreeing), Err(Uncalibrated::Area { .. })));
    let mut other = setting();
    other.scope.acquisition = "Cadre TopMatch-GS 3D GelSight Photometric Stereo".into();
    let reason = models.meaning(&other, &agreeing).unwrap_err().to_string();
    assert!(reason.contains("Cadre TopMatch") && reason.contains("NanoFocus usurf 10x"), "{reason}");
    assert!(models.expected(&other, &agreeing, 10).is_none());
    assert!(matches!(Models::default().meaning(&setting(), &agreeing), Err(Uncalibrated::Kind { .. })));
}

#[test]
fn a_laboratorys_own_model_speaks_before_the_shipped_one_and_replaces_one_of_its_name() {
    let shipped = Models::shipped().unwrap();
    let mut model = shipped.held()[0].model.clone();
    model.population.name = "our own pistols".into();
    let own = |id: &str| Held::read(id, &model.to_json().unwrap()).unwrap();
    let both = shipped.clone().behind(vec![own("ours")]);
    assert_eq!(both.held().len(), shipped.held().len() + 1);
    let said = both.meaning(&setting(), &comparison(0.9)).unwrap();
    assert_eq!((said.by.id.as_str(), said.by.model.population.name.as_str()), ("ours", "our own pistols"));
    let replaced = shipped.clone().behind(vec![own(&shipped.held()[0].id)]);
    assert_eq!(replaced.held().len(), shipped.held().len());
}
