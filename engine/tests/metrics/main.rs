//! The figures of `calibrate::metrics` against values worked out by hand.

use headstamp_engine::calibrate::metrics::{auc, cllr, cllr_min, eer, roc, wilson_interval};

fn close(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-12, "found {found}, by hand {expected}");
}

#[test]
fn two_apart_kinds_have_auc_one_and_no_errors() {
    let (same, different) = ([0.7, 0.9, 0.8], [0.1, 0.2]);
    close(auc(&same, &different), 1.0);
    close(eer(&same, &different), 0.0);
    close(cllr_min(&same, &different), 0.0);
}

#[test]
fn a_tie_counts_half_in_the_auc() {
    // Pairs (same, different): 2>1, 2=2, 3>1, 3>2: 3.5 of 4.
    close(auc(&[2.0, 3.0], &[1.0, 2.0]), 3.5 / 4.0);
    close(auc(&[5.0; 4], &[5.0; 7]), 0.5);
}

#[test]
fn the_equal_error_rate_of_one_swapped_pair_among_four_is_a_quarter() {
    close(eer(&[4.0, 5.0, 6.0, 1.0], &[0.0, 2.0, 0.5, 4.5]), 0.25);
    close(eer(&[5.0; 4], &[5.0; 7]), 0.5);
    close(eer(&[0.0], &[1.0]), 1.0);
}

#[test]
fn always_saying_one_costs_one_bit() {
    close(cllr(&[0.0; 3], &[0.0; 9]), 1.0);
    // log10 LR = 1 for the right kind each time: log2(1 + 1/10) bits.
    close(cllr(&[1.0], &[-1.0]), 1.1_f64.log2());
}

#[test]
fn certainty_about_the_wrong_thing_costs_without_bound() {
    assert!(cllr(&[-400.0], &[-400.0]).unwrap() > 600.0);
}

#[test]
fn scores_that_say_nothing_have_a_minimal_cllr_of_one() {
    close(cllr_min(&[1.0, 1.0], &[1.0, 1.0, 1.0]), 1.0);
    // Reversed order: the best monotone map is one pool.
    close(cllr_min(&[0.0, 0.0], &[1.0, 1.0]), 1.0);
}

#[test]
fn pooled_neighbours_give_the_minimal_cllr_worked_out_by_hand() {
    // Sorted: d s d s. Pools: {d}, {s d}, {s}. LRs 0, 1, infinite: half of each side at LR 1 costs 1 bit.
    close(cllr_min(&[1.0, 3.0], &[0.0, 2.0]), 0.5);
}

#[test]
fn a_monotone_map_of_the_scores_changes_nothing() {
    let (same, different) = ([0.3, 0.8, 0.55, 0.9], [0.1, 0.4, 0.56, 0.2, 0.3]);
    let map = |scores: &[f64]| scores.iter().map(|score| (score * 7.0).exp() - 3.0).collect::<Vec<_>>();
    for figure in [auc, eer, cllr_min] {
        close(figure(&map(&same), &map(&different)), figure(&same, &different).unwrap());
    }
}

#[test]
fn figures_that_do_not_exist_are_none() {
    for figure in [auc, eer, cllr, cllr_min] {
        assert_eq!(figure(&[], &[1.0]), None);
        assert_eq!(figure(&[1.0], &[]), None);
        assert_eq!(figure(&[f64::NAN], &[1.0]), None);
    }
}

#[test]
fn the_roc_curve_runs_from_corner_to_corner_and_holds_the_auc() {
    let (same, different) = ([0.3, 0.8, 0.55, 0.9], [0.1, 0.4, 0.56, 0.2, 0.3]);
    let points = roc(&same, &different).unwrap();
    assert_eq!((points[0].false_positive, points[0].true_positive), (0.0, 0.0));
    let last = points.last().unwrap();
    assert_eq!((last.false_positive, last.true_positive), (1.0, 1.0));
    let area: f64 = points
        .windows(2)
        .map(|p| (p[1].false_positive - p[0].false_positive) * (p[1].true_positive + p[0].true_positive) / 2.0)
        .sum();
    close(Some(area), auc(&same, &different).unwrap());
}

#[test]
fn wilson_says_that_34_of_34_is_at_least_ninety_percent() {
    // 34 / (34 + 1.96^2) = 0.8985.
    let (low, high) = wilson_interval(34, 34).unwrap();
    assert!((low - 34.0 / (34.0 + 1.959_963_984_540_054_f64.powi(2))).abs() < 1e-12, "{low}");
    close(Some(high), 1.0);
    assert_eq!(wilson_interval(0, 0), None);
}
