//! Drawings as SVG: histograms of two kinds of pair, ROC curves. Blue and vermilion of Okabe and Ito (2008), told apart
//! by every kind of colour vision; same source is always up and blue, different source always down and vermilion.

use headstamp_engine::calibrate::metrics::RocPoint;
use std::fmt::Write;

pub(crate) const SAME: &str = "#0072b2";
pub(crate) const DIFFERENT: &str = "#d55e00";
pub(super) const INK: &str = "#1c2733";
pub(super) const LINE: &str = "#d9e0e6";
const BINS: usize = 48;

/// Two histograms about one axis: same-source pairs upwards, different-source pairs downwards, each as the share of its
/// own kind.
pub(crate) fn histograms(same: &[f64], different: &[f64], name: &str) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 240.0;
    const LEFT: f64 = 46.0;
    const RIGHT: f64 = 14.0;
    let values = || same.iter().chain(different).copied().filter(|value| value.is_finite());
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return String::new();
    }
    let (low, step) = axis(low, high);
    let ticks = 1 + ((high - low) / step).ceil().max(1.0) as usize;
    let top = low + (ticks - 1) as f64 * step;
    let x = |value: f64| LEFT + (value - low) / (top - low) * (WIDTH - LEFT - RIGHT);
    let shares = |values: &[f64]| {
        let mut bins = [0.0; BINS];
        for value in values.iter().filter(|value| value.is_finite()) {
            let at = ((value - low) / (top - low) * BINS as f64) as usize;
            bins[at.min(BINS - 1)] += 1.0 / values.len() as f64;
        }
        bins
    };
    let (up, down) = (shares(same), shares(different));
    let tallest = up.iter().chain(&down).copied().fold(0.0, f64::max).max(1e-9);
    let (middle, room) = (HEIGHT / 2.0 - 8.0, HEIGHT / 2.0 - 30.0);
    let mut svg = open(WIDTH, HEIGHT, &format!("Histogram of {name}"));
    for tick in 0..ticks {
        let value = low + tick as f64 * step;
        let _ = write!(
            svg,
            "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"14\" y2=\"{1:.1}\" stroke=\"{LINE}\"/>\
             <text x=\"{0:.1}\" y=\"{2:.1}\" text-anchor=\"middle\">{3}</text>",
            x(value),
            HEIGHT - 30.0,
            HEIGHT - 16.0,
            label(value, step)
        );
    }
    for (bins, colour, sign) in [(&up, SAME, -1.0), (&down, DIFFERENT, 1.0)] {
        for (at, share) in bins.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let tall = (share / tallest * room).max(1.5);
            let left = LEFT + at as f64 / BINS as f64 * (WIDTH - LEFT - RIGHT);
            let y = if sign < 0.0 { middle - tall } else { middle };
            let _ = write!(
                svg,
                "<rect x=\"{left:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{tall:.1}\" fill=\"{colour}\"/>",
                (WIDTH - LEFT - RIGHT) / BINS as f64 - 1.0
            );
        }
    }
    let _ = write!(
        svg,
        "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"{INK}\"/>\
         <text x=\"{LEFT}\" y=\"11\" fill=\"{SAME}\">&#9650; same source, {} pairs</text>\
         <text x=\"{}\" y=\"11\" text-anchor=\"end\" fill=\"{DIFFERENT}\">&#9660; different source, {} pairs</text>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{name}</text></svg>",
        WIDTH - RIGHT,
        same.len(),
        WIDTH - RIGHT,
        different.len(),
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 2.0
    );
    svg
}

/// A ROC curve in the unit square, with the diagonal of a score that knows nothing.
pub(crate) fn roc(points: &[RocPoint]) -> String {
    const SIZE: f64 = 300.0;
    const EDGE: f64 = 44.0;
    let x = |share: f64| EDGE + share * (SIZE - EDGE - 14.0);
    let y = |share: f64| SIZE - EDGE - share * (SIZE - EDGE - 14.0);
    let mut svg = open(SIZE, SIZE, "ROC curve");
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let _ = write!(
            svg,
            "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\" stroke=\"{LINE}\"/>\
             <line x1=\"{3:.1}\" x2=\"{4:.1}\" y1=\"{5:.1}\" y2=\"{5:.1}\" stroke=\"{LINE}\"/>\
             <text x=\"{0:.1}\" y=\"{6:.1}\" text-anchor=\"middle\">{share}</text>\
             <text x=\"{7:.1}\" y=\"{8:.1}\" text-anchor=\"end\">{share}</text>",
            x(share),
            y(0.0),
            y(1.0),
            x(0.0),
            x(1.0),
            y(share),
            y(0.0) + 15.0,
            x(0.0) - 5.0,
            y(share) + 4.0
        );
    }
    let _ = write!(
        svg,
        "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"#9aa7b3\" stroke-dasharray=\"4 4\"/>",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0)
    );
    let path: Vec<String> =
        points.iter().map(|point| format!("{:.2},{:.2}", x(point.false_positive), y(point.true_positive))).collect();
    let _ = write!(
        svg,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{SAME}\" stroke-width=\"2.5\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">different-source pairs passed</text>\
         <text transform=\"translate(12 {}) rotate(-90)\" text-anchor=\"middle\">same-source pairs passed</text></svg>",
        path.join(" "),
        x(0.5),
        SIZE - 8.0,
        y(0.5)
    );
    svg
}

pub(super) fn open(width: f64, height: f64, name: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" aria-label=\"{name}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"11\" fill=\"{INK}\">"
    )
}

/// Where an axis over these values begins and how far its ticks lie apart: 1, 2 or 5 times a power of ten, about six.
pub(super) fn axis(low: f64, high: f64) -> (f64, f64) {
    let rough = ((high - low) / 6.0).max(1e-9);
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step >= rough).unwrap_or(rough);
    ((low / step).floor() * step, step)
}

pub(super) fn label(value: f64, step: f64) -> String {
    let digits = (-step.log10()).ceil().clamp(0.0, 6.0) as usize;
    format!("{value:.digits$}")
}
