//! The model document, cross-validation and bootstrap on small populations made here.

use headstamp_engine::calibrate::CalibrateError;
use headstamp_engine::calibrate::bootstrap::interval;
use headstamp_engine::calibrate::crossval::cross_validate;
use headstamp_engine::calibrate::fit::{Provenance, fit};
use headstamp_engine::calibrate::metrics::cllr;
use headstamp_engine::calibrate::model::{CalibrationModel, Scope};
use headstamp_engine::calibrate::reference::Reference;
use headstamp_engine::calibrate::setting::{MarkRange, Setting, Traits, acquisition};
use headstamp_engine::calibrate::uncalibrated::Uncalibrated;

/// `firearms` firearms with three marks each and scores that overlap a little; `outlier` gets same-source scores of 9.
fn population(firearms: usize, outlier: Option<usize>) -> (Reference, Vec<f64>) {
    let marks: Vec<(usize, usize)> =
        (0..firearms).flat_map(|firearm| (0..3).map(move |shot| (firearm, shot))).collect();
    let names: Vec<String> = (0..firearms).map(|firearm| format!("pistol-{firearm:02}")).collect();
    let mut rows = Vec::new();
    let mut scores = Vec::new();
    for (place, a) in marks.iter().enumerate() {
        for b in &marks[place + 1..] {
            let same = a.0 == b.0;
            let spread = ((a.0 * 7 + b.0 * 5 + a.1 * 3 + b.1 * 11) % 10) as f64 / 10.0;
            let score = match same {
                true if outlier == Some(a.0) => 9.0,
                true => 0.8 + spread,
                false => spread,
            };
            scores.push(score);
            rows.push(([names[a.0].as_str(), names[b.0].as_str()], same, move |column: &str| {
                (column == "score").then_some(score)
            }));
        }
    }
    (Reference::from_rows(vec!["score".parse().unwrap()], rows).unwrap(), scores)
}

fn model(firearms: usize) -> CalibrationModel {
    let (reference, scores) = population(firearms, None);
    let scope = Scope { mark_kind: "made_here".into(), acquisition: "none".into(), method: "arithmetic/1".into() };
    let provenance = Provenance { name: "made here".into(), source: "this test".into(), marks: None };
    fit(&reference, scope, provenance, Some(("score", &scores))).unwrap()
}

#[test]
fn a_model_reads_back_as_it_was_written_and_gives_the_value_a_hand_calculation_gives() {
    let model = model(8);
    let text = model.to_json().unwrap();
    let read = CalibrationModel::from_json(&text).unwrap();
    assert_eq!(read.to_json().unwrap(), text);
    let log_lr = read.log10_lr(|_| Some(0.9)).unwrap();
    let term = &read.terms[0];
    let by_hand = read.intercept + term.weight * (0.9 - term.mean) / term.scale;
    assert!((log_lr.unbounded - by_hand).abs() < 1e-12);
    let (low, high) = log_lr.interval.unwrap();
    assert!(low <= log_lr.value && log_lr.value <= high && low >= read.bounds.lower && high <= read.bounds.upper);
    // 24 same-source and 252 different-source pairs: no ratio beyond their number, log10(25) and log10(253).
    assert_eq!((read.population.same_source_pairs, read.population.different_source_pairs), (24, 252));
    assert!(read.bounds.lower > -1.398 && read.bounds.upper < 2.404, "{:?}", read.bounds);
}

#[test]
fn a_document_with_an_unknown_key_or_a_broken_number_is_refused() {
    let text = model(8).to_json().unwrap();
    for (whole, broken) in [
        ("\"format\"", "\"colour\": 1, \"format\""),
        ("headstamp-calibration/1", "headstamp-calibration/9"),
        ("\"scale\": ", "\"scale\": -"),
        ("\"lower\": -", "\"lower\": "),
        ("\"firearms\": 8", "\"firearms\": 0"),
        ("\"term\": \"score\"", "\"term\": \"sco re\""),
        ("\"intercept\": ", "\"intercept\": 1e999, \"x\": "),
    ] {
        assert!(text.contains(whole), "{whole}");
        let error = CalibrationModel::from_json(&text.replacen(whole, broken, 1)).unwrap_err();
        assert!(matches!(error, CalibrateError::Document { .. }), "{broken}: {error}");
    }
}

#[test]
fn a_model_says_why_it_does_not_apply() {
    let model = model(8);
    let mark = Traits { origin: "crop", area_mm2: 2.5, sq_um: 1.0 };
    let own = Setting { scope: model.scope.clone(), marks: [mark; 2] };
    assert_eq!(model.applies(&own), Ok(()));
    let scope = |change: fn(&mut Scope)| {
        let mut setting = own.clone();
        change(&mut setting.scope);
        model.applies(&setting).unwrap_err()
    };
    let reason = scope(|scope| scope.acquisition = "another microscope".into()).to_string();
    assert!(reason.starts_with("uncalibrated") && reason.contains("another microscope"), "{reason}");
    assert_eq!(scope(|scope| scope.acquisition = acquisition("none", "")), Uncalibrated::AcquisitionNotStated);
    assert!(matches!(scope(|scope| scope.method = "arithmetic/2".into()), Uncalibrated::Method { .. }));
    assert!(matches!(scope(|scope| scope.mark_kind = "other".into()), Uncalibrated::Kind { .. }));

    // Marks of 2 to 3 mm2 and 0.8 to 1.2 um: a sector, a noisy mark and a raw scan are unlike them.
    let range = MarkRange { origins: vec!["crop".into()], area_mm2: [2.0, 3.0], sq_um: [0.8, 1.2] };
    assert_eq!(range.holds(&mark), Ok(()));
    assert!(matches!(range.holds(&Traits { area_mm2: 0.8, ..mark }), Err(Uncalibrated::Area { .. })));
    assert!(matches!(range.holds(&Traits { sq_um: 1.8, ..mark }), Err(Uncalibrated::Height { .. })));
    assert!(matches!(range.holds(&Traits { origin: "aperture", ..mark }), Err(Uncalibrated::Origin { .. })));
}

#[test]
fn a_model_of_kinds_that_do_not_overlap_remembers_where_it_saw_no_pair() {
    let parted = [(0.1, false), (0.2, false), (0.9, true), (1.0, true)];
    let rows = parted.map(|(score, same)| ([if same { "b" } else { "a" }, "b"], same, move |_: &str| Some(score)));
    let reference = Reference::from_rows(vec!["score".parse().unwrap()], rows).unwrap();
    let scope = Scope { mark_kind: "made_here".into(), acquisition: "none".into(), method: "arithmetic/1".into() };
    let provenance = Provenance { name: "made here".into(), source: "this test".into(), marks: None };
    let parted = fit(&reference, scope, provenance, None).unwrap();
    let [highest, lowest] = parted.unseen.unwrap();
    let at = |score| parted.log10_lr(|_| Some(score)).unwrap().unbounded;
    assert_eq!([highest, lowest], [at(0.2), at(0.9)]);
    assert_eq!(model(8).unseen, None, "scores that overlap");
}

#[test]
fn no_firearm_has_a_say_in_its_own_ratio() {
    // Whatever the scores of firearm 3, a pair of firearm 3 is scored by a model of the others: the same line.
    let (plain, _) = population(8, None);
    let (odd, _) = population(8, Some(3));
    let (plain_lrs, odd_lrs) = (cross_validate(&plain), cross_validate(&odd));
    let mut others_moved = false;
    for (place, pair) in plain.pairs().iter().enumerate() {
        let (before, after) = (plain_lrs[place].unwrap(), odd_lrs[place].unwrap());
        if pair.firearms.contains(&3) {
            if pair.values == odd.pairs()[place].values {
                assert_eq!(before, after, "pair {place}");
            }
        } else {
            others_moved |= before != after;
        }
    }
    assert!(others_moved);
}

#[test]
fn two_firearms_leave_nothing_to_fit_and_four_leave_two() {
    let (two, _) = population(2, None);
    assert!(cross_validate(&two).iter().all(Option::is_none));
    let (four, _) = population(4, None);
    assert!(cross_validate(&four).iter().all(Option::is_some));
    assert!(cross_validate(&Reference::new(vec!["score".parse().unwrap()]).unwrap()).is_empty());
}

#[test]
fn intervals_need_five_firearms_and_repeat_themselves() {
    let (reference, scores) = population(8, None);
    let values: Vec<Option<f64>> = scores.iter().map(|score| Some(score - 0.9)).collect();
    let once = interval(&reference, &values, 200, 7, cllr).unwrap();
    assert_eq!(Some(once), interval(&reference, &values, 200, 7, cllr));
    let [same, different] = reference.split(|place, _| values[place]);
    let point = cllr(&same, &different).unwrap();
    assert!(once.lower < point && point < once.upper, "{point} outside {once:?}");
    let of_four: Vec<Option<f64>> =
        reference.pairs().iter().zip(&values).map(|(pair, value)| value.filter(|_| pair.firearms[1] < 4)).collect();
    assert_eq!(interval(&reference, &of_four, 200, 7, cllr), None, "the pairs touch four firearms only");
    let (four, scores) = population(4, None);
    assert_eq!(interval(&four, &scores.iter().copied().map(Some).collect::<Vec<_>>(), 200, 7, cllr), None);
}

#[test]
fn expected_candidates_count_the_pairs_at_or_above_and_bound_the_unseen() {
    let model = model(8);
    let curve = &model.false_matches;
    // A tenth of the 252 different-source pairs score 0.9, none more.
    let at = curve.expected(0.9, 1_000).unwrap();
    let above = curve.expected(0.95, 1_000).unwrap();
    assert!(at.seen > 0 && (at.count - 1_000.0 * at.seen as f64 / 252.0).abs() < 1e-9);
    assert_eq!((above.seen, above.of, above.count), (0, 252, 0.0));
    // Rule of three: none of 252 is at most 1.18 %, none of 28 pairs of firearms at most 10.1 %.
    assert!((above.count_upper - 11.82).abs() < 0.01, "{above:?}");
    assert!((above.count_upper_by_firearms - 101.5).abs() < 0.1, "{above:?}");
    assert_eq!(curve.expected(-1.0, 10).unwrap().count, 10.0);
    assert!(curve.expected(f64::NAN, 10).is_none());
}

#[test]
fn a_same_source_pair_of_two_firearms_is_refused() {
    let rows = [(["a", "b"], true, |_: &str| Some(1.0))];
    let error = Reference::from_rows(vec!["score".parse().unwrap()], rows).unwrap_err();
    assert!(error.to_string().contains("`a` and `b`"), "{error}");
}
