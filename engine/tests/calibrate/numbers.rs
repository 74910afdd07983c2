//! Each part alone against numbers computed elsewhere.

use headstamp_engine::calibrate::bounds::{Bound, elub};
use headstamp_engine::calibrate::curves::{ece, misleading, reliability, tippett};
use headstamp_engine::calibrate::expected::upper_bound;
use headstamp_engine::calibrate::logistic::{Sample, fit};
use headstamp_engine::calibrate::metrics::{cllr, cllr_min};
use headstamp_engine::calibrate::model::LogLr;
use headstamp_engine::calibrate::verbal::{Propositions, Support, statement};

const SAME: [f64; 10] = [-0.4, 0.3, 0.9, 1.2, 1.5, 1.9, 2.2, 2.4, 3.0, 3.3];
const DIFFERENT: [f64; 20] = [
    -3.5, -3.1, -2.9, -2.7, -2.4, -2.2, -2.0, -1.8, -1.5, -1.3, -1.2, -0.9, -0.7, -0.6, -0.3, -0.2, 0.1, 0.4, 0.8, -2.6,
];

#[test]
fn the_bounds_are_those_of_the_nfi_implementation() {
    // lir.algorithms.bayeserror.elub with a step of 0.0001 gives -0.8331 and 1.1259.
    let bounds = elub(&SAME, &DIFFERENT).unwrap();
    assert!((bounds.lower + 0.8331).abs() < 2e-4, "lower {}", bounds.lower);
    assert!((bounds.upper - 1.1259).abs() < 2e-4, "upper {}", bounds.upper);
    assert_eq!(bounds.hold(2.0), (bounds.upper, Some(Bound::Upper)));
    assert_eq!(bounds.hold(-0.5), (-0.5, None));
}

#[test]
fn kinds_that_do_not_overlap_are_bounded_by_their_numbers() {
    // 34 and 219 pairs, lir gives -1.542 and 2.330: within 1/35 and 220 whatever the values say.
    let bounds = elub(&[50.0; 34], &[-50.0; 219]).unwrap();
    assert!((bounds.lower + 1.542).abs() < 1e-3 && (bounds.upper - 2.330).abs() < 1e-3, "{bounds:?}");
}

#[test]
fn useless_ratios_are_bounded_to_nothing() {
    let bounds = elub(&[-1.0; 30], &[1.0; 30]).unwrap();
    assert_eq!((bounds.lower, bounds.upper), (0.0, 0.0));
    assert!(elub(&[], &[1.0]).is_none() && elub(&[f64::NAN], &[1.0]).is_none());
}

#[test]
fn the_logistic_fit_is_that_of_scikit_learn() {
    // LogisticRegression(C=1, class_weight="balanced") on the standardised columns.
    let rows: [([f64; 2], bool); 10] = [
        ([2.0, 1.0], true),
        ([3.0, 0.5], true),
        ([4.0, 2.0], true),
        ([5.0, 1.5], true),
        ([1.0, 0.2], false),
        ([0.5, 1.1], false),
        ([2.5, 0.3], false),
        ([1.5, 0.8], false),
        ([0.2, 0.4], false),
        ([3.5, 0.1], false),
    ];
    let samples: Vec<Sample> =
        rows.iter().map(|(values, same)| Sample { values, same_source: *same, weight: 1.0 }).collect();
    let line = fit(&samples).unwrap();
    for (found, known) in line.slopes.iter().chain([&line.intercept]).zip([0.886_717_6, 0.852_386_74, -0.073_397_37]) {
        assert!((found - known).abs() < 1e-6, "{found} is not {known}");
    }
    assert!((line.scales[0] - 1.490_503_27).abs() < 1e-8);
}

#[test]
fn a_pair_counted_twice_is_a_pair_given_twice() {
    let rows = [([1.0], true), ([2.5], true), ([0.5], false), ([1.4], false), ([0.1], false)];
    let sample = |place: usize, weight| Sample { values: &rows[place].0, same_source: rows[place].1, weight };
    let weighted: Vec<Sample> =
        [2.0, 1.0, 1.0, 0.0, 1.0].iter().enumerate().map(|(place, w)| sample(place, *w)).collect();
    let repeated: Vec<Sample> = [0, 0, 1, 2, 4].iter().map(|place| sample(*place, 1.0)).collect();
    let (weighted, repeated) = (fit(&weighted).unwrap(), fit(&repeated).unwrap());
    assert!((weighted.log_odds(&[1.7]) - repeated.log_odds(&[1.7])).abs() < 1e-9);
}

#[test]
fn too_few_pairs_are_refused_with_their_numbers() {
    let one = Sample { values: &[1.0], same_source: true, weight: 1.0 };
    let message = fit(&[one]).unwrap_err().to_string();
    assert!(message.contains("1 same-source and 0 different-source"), "{message}");
}

#[test]
fn the_upper_bound_of_a_share_is_that_of_clopper_and_pearson() {
    // scipy.stats.beta.ppf(0.95, k + 1, n - k)
    for (hits, trials, known) in [
        (0, 100, 0.029_513_049_6),
        (0, 705, 0.004_240_250_28),
        (1, 21, 0.206_725_379_0),
        (5, 50, 0.198_833_002_5),
        (3, 19_701, 0.000_393_519_168),
    ] {
        let found = upper_bound(hits, trials);
        assert!((found - known).abs() < 1e-9, "{hits} of {trials}: {found} is not {known}");
    }
    assert_eq!((upper_bound(0, 0), upper_bound(4, 4)), (1.0, 1.0));
    // Far tail counts do not underflow to a false certainty: 9,000 of 19,701 is at most 46.3 % (normal: .4568 + .0058).
    assert!((upper_bound(9_000, 19_701) - 0.4627).abs() < 5e-4);
}

#[test]
fn cross_entropy_at_even_odds_is_cllr_and_far_from_them_the_prior() {
    let points = ece(&SAME, &DIFFERENT).unwrap();
    let even = points.iter().find(|point| point.log10_prior_odds == 0.0).unwrap();
    assert!((even.system - cllr(&SAME, &DIFFERENT).unwrap()).abs() < 1e-12);
    assert!((even.calibrated - cllr_min(&SAME, &DIFFERENT).unwrap()).abs() < 1e-12);
    assert!((even.neutral - 1.0).abs() < 1e-12);
    assert!(points.iter().all(|point| point.calibrated <= point.neutral + 1e-12));
    assert!(points.iter().all(|point| point.calibrated <= point.system + 1e-12));
}

#[test]
fn the_tippett_plot_counts_pairs_at_or_above() {
    let points = tippett(&SAME, &DIFFERENT).unwrap();
    let at = points.iter().find(|point| point.log10_lr == 0.4).unwrap();
    assert_eq!((at.same, at.different), (0.8, 0.1));
    assert_eq!(misleading(&SAME, &DIFFERENT).unwrap(), (0.1, 0.15));
}

#[test]
fn a_bin_of_the_reliability_curve_states_what_was_observed_in_it() {
    // 8 of 10 same-source and 1 of 10 different-source pairs say 1.2: observed ratio 8, log10 0.903.
    let same = [1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, -0.8, -0.8];
    let different = [1.2, -0.8, -0.8, -0.8, -0.8, -0.8, -0.8, -0.8, -0.8, -2.2];
    let points = reliability(&same, &different).unwrap();
    assert_eq!(points.len(), 3);
    assert!((points[2].stated - 1.2).abs() < 1e-12 && (points[2].observed.unwrap() - 0.903_09).abs() < 1e-5);
    assert_eq!((points[0].observed, points[0].different), (None, 1));
}

#[test]
fn the_words_are_those_of_the_enfsi_scale_and_never_a_conclusion() {
    for (ratio, words) in [
        (1.0, None),
        (2.0, Some("weak support")),
        (10.0, Some("moderate support")),
        (100.0, Some("moderately strong support")),
        (1_000.0, Some("strong support")),
        (10_000.0, Some("very strong support")),
        (1_000_000.0, Some("extremely strong support")),
        (0.02, Some("moderate support")),
    ] {
        assert_eq!(Support::of(f64::log10(ratio)).words(), words, "LR {ratio}");
    }
    let propositions = Propositions::about("breech face impression", "test pistols");
    for (value, bound) in [(2.3, Some(Bound::Upper)), (0.1, None), (-1.4, None), (-1.5, Some(Bound::Lower))] {
        let text = statement(&LogLr { value, unbounded: value, bound, interval: None }, &propositions);
        assert!(text.contains(&propositions.same_source) && text.contains(&propositions.different_source), "{text}");
        assert!(!text.contains("match") && !text.contains("identif") && !text.contains("exclu"), "{text}");
        assert_eq!(text.contains("limit"), bound.is_some(), "{text}");
    }
    let text = statement(&LogLr { value: -1.4, unbounded: -1.4, bound: None, interval: None }, &propositions);
    assert!(text.contains("about 25 times"), "{text}");
}
