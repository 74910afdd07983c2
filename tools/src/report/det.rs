//! A DET curve as SVG: both error rates on axes of the normal deviate, where normal scores give a straight line.
//!
//! Martin, Doddington, Kamm, Ordowski and Przybocki (1997), Eurospeech.

use super::figure::{LINE, SAME, open};
use headstamp_engine::calibrate::metrics::RocPoint;
use std::fmt::Write;

/// Error rates with a line across; the axes end at the first and last.
const TICKS: [f64; 8] = [0.0005, 0.002, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6];
const SIZE: f64 = 300.0;
const EDGE: f64 = 52.0;

/// The curve; `None` where no threshold errs on both kinds of pair, so that there is nothing to draw.
pub(crate) fn det(points: &[RocPoint]) -> Option<String> {
    let errs: Vec<[f64; 2]> = points
        .iter()
        .map(|point| [point.false_positive, 1.0 - point.true_positive])
        .filter(|[passed, missed]| *passed > 0.0 && *missed > 0.0)
        .collect();
    if errs.is_empty() {
        return None;
    }
    let ends = [deviate(TICKS[0]), deviate(TICKS[TICKS.len() - 1])];
    let place = |rate: f64| ((deviate(rate) - ends[0]) / (ends[1] - ends[0])).clamp(0.0, 1.0);
    let x = |rate: f64| EDGE + place(rate) * (SIZE - EDGE - 14.0);
    let y = |rate: f64| SIZE - EDGE - place(rate) * (SIZE - EDGE - 14.0);
    let mut svg = open(SIZE, SIZE, "DET curve");
    let (low, high) = (TICKS[0], TICKS[TICKS.len() - 1]);
    for rate in TICKS {
        let _ = write!(
            svg,
            "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\" stroke=\"{LINE}\"/>\
             <line x1=\"{3:.1}\" x2=\"{4:.1}\" y1=\"{5:.1}\" y2=\"{5:.1}\" stroke=\"{LINE}\"/>\
             <text x=\"{0:.1}\" y=\"{6:.1}\" text-anchor=\"middle\">{7}</text>\
             <text x=\"{8:.1}\" y=\"{9:.1}\" text-anchor=\"end\">{7} %</text>",
            x(rate),
            y(low),
            y(high),
            x(low),
            x(high),
            y(rate),
            y(low) + 15.0,
            100.0 * rate,
            x(low) - 5.0,
            y(rate) + 4.0
        );
    }
    let path: Vec<String> =
        errs.iter().map(|[passed, missed]| format!("{:.2},{:.2}", x(*passed), y(*missed))).collect();
    let _ = write!(
        svg,
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#9aa7b3\" stroke-dasharray=\"4 4\"/>\
         <polyline points=\"{}\" fill=\"none\" stroke=\"{SAME}\" stroke-width=\"2.5\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">different-source pairs passed, %</text>\
         <text transform=\"translate(11 {}) rotate(-90)\" text-anchor=\"middle\">same-source pairs missed</text></svg>",
        x(low),
        y(low),
        x(high),
        y(high),
        path.join(" "),
        (EDGE + SIZE - 14.0) / 2.0,
        SIZE - 14.0,
        SIZE / 2.0 - 20.0
    );
    Some(svg)
}

/// Quantile of the standard normal distribution, by halving: within 1e-9 for shares between 1e-9 and 1 - 1e-9.
fn deviate(share: f64) -> f64 {
    let (mut low, mut high) = (-7.0, 7.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if below(middle) < share { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// Share of a standard normal distribution below `x`: the error function's series about 0 (Abramowitz and Stegun 7.1.6).
fn below(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= x * x / f64::from(2 * n + 1);
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviate_is_that_of_the_tables() {
        for (share, table) in [(0.5, 0.0), (0.975, 1.959_964), (0.01, -2.326_348), (0.001, -3.090_232)] {
            assert!((deviate(share) - table).abs() < 1e-5, "{share}: {}", deviate(share));
        }
    }

    #[test]
    fn scores_that_do_not_overlap_have_no_curve() {
        let point = |false_positive, true_positive| RocPoint { threshold: 0.0, false_positive, true_positive };
        assert!(det(&[point(0.0, 0.0), point(0.0, 1.0), point(1.0, 1.0)]).is_none());
        assert!(det(&[point(0.0, 0.0), point(0.2, 0.9), point(1.0, 1.0)]).is_some());
    }
}
