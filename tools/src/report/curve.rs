//! Drawings as SVG of one or more curves over two axes: Tippett, cross-entropy, reliability.

use super::figure::{INK, LINE, axis, label, open};
use std::fmt::Write;

/// One curve.
pub(crate) struct Curve<'a> {
    /// What it shows, for the legend.
    pub(crate) name: &'a str,
    /// Colour.
    pub(crate) colour: &'a str,
    /// How it is drawn.
    pub(crate) stroke: Stroke,
    /// Points from left to right.
    pub(crate) points: Vec<(f64, f64)>,
}

/// How a curve is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// A line.
    Line,
    /// A dashed line.
    Dashed,
    /// A dot for every point.
    Dots,
}

/// Axes of a drawing.
pub(crate) struct Axes<'a> {
    /// What the drawing shows, for a reader who cannot see it.
    pub(crate) name: &'a str,
    /// Under the horizontal axis.
    pub(crate) x: &'a str,
    /// Beside the vertical axis.
    pub(crate) y: &'a str,
    /// Ends of the horizontal axis.
    pub(crate) x_range: [f64; 2],
    /// Ends of the vertical axis.
    pub(crate) y_range: [f64; 2],
}

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 62.0;

/// Draws the curves; what lies beyond an axis is cut at its end.
pub(crate) fn draw(axes: &Axes<'_>, curves: &[Curve<'_>]) -> String {
    let place = |value: f64, [low, high]: [f64; 2]| ((value - low) / (high - low)).clamp(0.0, 1.0);
    let x = |value: f64| LEFT + place(value, axes.x_range) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - place(value, axes.y_range) * (HEIGHT - TOP - BOTTOM);
    let mut svg = open(WIDTH, HEIGHT, axes.name);
    for (value, text) in ticks(axes.x_range) {
        let _ = write!(
            svg,
            "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{TOP}\" y2=\"{1:.1}\" stroke=\"{LINE}\"/>\
             <text x=\"{0:.1}\" y=\"{2:.1}\" text-anchor=\"middle\">{text}</text>",
            x(value),
            HEIGHT - BOTTOM,
            HEIGHT - BOTTOM + 15.0
        );
    }
    for (value, text) in ticks(axes.y_range) {
        let _ = write!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{1}\" y1=\"{0:.1}\" y2=\"{0:.1}\" stroke=\"{LINE}\"/>\
             <text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{text}</text>",
            y(value),
            WIDTH - RIGHT,
            LEFT - 5.0,
            y(value) + 4.0
        );
    }
    for curve in curves {
        if curve.stroke == Stroke::Dots {
            for (at, value) in &curve.points {
                let _ = write!(
                    svg,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{}\"/>",
                    x(*at),
                    y(*value),
                    curve.colour
                );
            }
            continue;
        }
        let mut path: Vec<String> =
            curve.points.iter().map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value))).collect();
        // Thousands of points may fall on one place of the drawing.
        path.dedup();
        let dash = if curve.stroke == Stroke::Dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let _ = write!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{dash}/>",
            path.join(" "),
            curve.colour
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
         <text transform=\"translate(12 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - BOTTOM + 31.0,
        axes.x,
        (TOP + HEIGHT - BOTTOM) / 2.0,
        axes.y
    );
    legend(&mut svg, curves);
    svg.push_str("</svg>");
    svg
}

/// The names of the curves in one line under the drawing.
fn legend(svg: &mut String, curves: &[Curve<'_>]) {
    let room = (WIDTH - 16.0) / curves.len().max(1) as f64;
    for (number, curve) in curves.iter().enumerate() {
        let left = 8.0 + number as f64 * room;
        let middle = HEIGHT - 10.0;
        let _ = match curve.stroke {
            Stroke::Dots => {
                write!(svg, "<circle cx=\"{:.1}\" cy=\"{middle}\" r=\"3.5\" fill=\"{}\"/>", left + 9.0, curve.colour)
            }
            Stroke::Line | Stroke::Dashed => {
                let dash = if curve.stroke == Stroke::Dashed { " stroke-dasharray=\"5 4\"" } else { "" };
                write!(
                    svg,
                    "<line x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"{}\" stroke-width=\"2\"{dash}/>",
                    left + 18.0,
                    curve.colour
                )
            }
        };
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{INK}\">{}</text>",
            left + 23.0,
            middle + 4.0,
            curve.name
        );
    }
}

/// Values and texts of the ticks between two ends.
fn ticks([low, high]: [f64; 2]) -> Vec<(f64, String)> {
    let (start, step) = axis(low, high);
    (0..32)
        .map(|number| start + f64::from(number) * step)
        .filter(|value| *value >= low - step * 1e-6 && *value <= high + step * 1e-6)
        .map(|value| (value, label(value, step)))
        .collect()
}
