//! Scans of `testdata`, turned, moved, cut and mirrored.

use headstamp_engine::formats::{ReadSettings, Scan, Topography, read};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::methods::newest;
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use ndarray::Array2;
use std::path::Path;

/// A scan of `testdata/breech_face` by its name without ending.
pub(crate) fn scan(name: &str) -> Topography {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../testdata/breech_face/{name}.x3p"));
    match read(&std::fs::read(path).unwrap(), &ReadSettings::default()).unwrap().scan {
        Scan::Topography(topography) => topography,
        other => panic!("{name} holds no topography: {other:?}"),
    }
}

/// Its template by the newest method.
pub(crate) fn template(topography: Topography) -> Template {
    let kind = MarkKind::BreechFaceImpression;
    newest(kind).template(&Scan::Topography(topography), kind, &mut NoTrace).unwrap()
}

/// The scan turned by `degrees` about its middle and moved by `(x, y)` samples, on a grid that holds all of it, by cubic
/// convolution (Keys 1981) where all sixteen neighbours are present and bilinearly at borders.
pub(crate) fn turned(topography: &Topography, degrees: f64, (x, y): (f64, f64)) -> Topography {
    let heights = &topography.heights;
    let (rows, cols) = heights.dim();
    let side = (rows as f64).hypot(cols as f64).ceil() as usize + 8;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let turned = Array2::from_shape_fn((side, side), |(row, col)| {
        let (v, u) = (row as f64 - side as f64 / 2.0 - y, col as f64 - side as f64 / 2.0 - x);
        interpolated(heights, cos * v - sin * u + rows as f64 / 2.0, sin * v + cos * u + cols as f64 / 2.0)
    });
    Topography { heights: turned, ..topography.clone() }
}

/// The scan with its rows in the opposite order: what an export with the wrong axis direction gives.
pub(crate) fn mirrored(topography: &Topography) -> Topography {
    let mut heights = topography.heights.clone();
    heights.invert_axis(ndarray::Axis(0));
    Topography { heights: heights.as_standard_layout().to_owned(), ..topography.clone() }
}

fn interpolated(heights: &Array2<f32>, row: f64, col: f64) -> f32 {
    let (rows, cols) = heights.dim();
    if !(row >= 1.0 && col >= 1.0 && row < rows as f64 - 2.0 && col < cols as f64 - 2.0) {
        return f32::NAN;
    }
    let (top, left) = (row as usize, col as usize);
    let (down, right) = (row - top as f64, col - left as f64);
    let sum = |first: usize, count: usize, of: &dyn Fn(f64, usize) -> f64| {
        let mut sum = 0.0;
        for r in 0..count {
            for c in 0..count {
                let height = heights[[top + r + first - 1, left + c + first - 1]];
                sum += of(down, r) * of(right, c) * f64::from(height);
            }
        }
        sum as f32
    };
    let cubic = sum(0, 4, &|at, tap| keys(at, tap));
    if cubic.is_nan() { sum(1, 2, &|at, tap| if tap == 0 { 1.0 - at } else { at }) } else { cubic }
}

/// Weight of neighbour `tap` (0 to 3) for a place `at` between the middle two.
fn keys(at: f64, tap: usize) -> f64 {
    let distance = (at + 1.0 - tap as f64).abs();
    if distance < 1.0 {
        (1.5 * distance - 2.5) * distance * distance + 1.0
    } else {
        ((-0.5 * distance + 2.5) * distance - 4.0) * distance + 2.0
    }
}
