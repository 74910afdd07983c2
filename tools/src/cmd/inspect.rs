//! `headstamp inspect`: what a file holds and whether a mark can be prepared from it.

use crate::kind::{self, Kind};
use crate::{output, source, striation};
use anyhow::Result;
use headstamp_engine::formats::Scan;
use headstamp_engine::marks::{Grade, MarkKind};
use headstamp_engine::methods;
use headstamp_engine::striae::StriaKind;
use headstamp_engine::template::Template;
use headstamp_engine::trace::NoTrace;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Arguments of `headstamp inspect`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file.
    file: PathBuf,
    /// Kind of mark the scan is asked for.
    #[arg(long, value_parser = kind::parse, default_value = MarkKind::BreechFaceImpression.code())]
    kind: Kind,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Reads the file and says what is there.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let source = source::open(&arguments.file)?;
    let scan = &source.decoded.scan;
    let quality = match arguments.kind {
        Kind::Impressed(kind) => quality(scan, kind),
        Kind::Striated(kind) => striae_quality(scan, kind),
    };
    if arguments.json {
        return output::json(&json!({
            "file": arguments.file.display().to_string(),
            "sha256": source.sha256.to_string(),
            "bytes": source.byte_count,
            "format": source.decoded.format,
            "instrument": source.decoded.instrument(),
            "holds": source::scan_word(scan),
            "scan": measures(scan),
            "notes": source.decoded.notes,
            "header": source.decoded.fields.iter().map(|(name, value)| json!({"name": name, "value": value}))
                .collect::<Vec<_>>(),
            "quality": quality,
        }));
    }
    println!("{}", arguments.file.display());
    println!("  SHA-256   {}", source.sha256);
    println!("  format    {}, {} bytes", source.decoded.format, source.byte_count);
    println!("  holds     {}", describe(scan));
    for note in &source.decoded.notes {
        println!("  note      {note}");
    }
    for (name, value) in &source.decoded.fields {
        for line in value.lines() {
            println!("  header    {name}: {}", output::printable(line));
        }
    }
    println!("  quality   {}", quality["sentence"].as_str().unwrap_or_default());
    Ok(())
}

/// The verdict: can this kind of mark be prepared, and how far can its origin be trusted.
fn quality(scan: &Scan, kind: MarkKind) -> Value {
    match methods::newest(kind).template(scan, kind, &mut NoTrace) {
        Ok(template) => {
            let share = covered(&template);
            let trust = match template.grade {
                Grade::Good => "the origin can be trusted",
                Grade::Fair => "the origin is uncertain: a search asks about more positions",
                Grade::Poor => "the origin is not to be relied on: a search may miss",
            };
            json!({
                "verdict": "suitable",
                "kind": kind.code(),
                "method": template.method,
                "grade": format!("{:?}", template.grade).to_lowercase(),
                "origin": format!("{:?}", template.origin_kind).to_lowercase(),
                "mark_rows": template.rows,
                "mark_cols": template.cols,
                "mark_pitch_um": template.pitch.micrometres(),
                "mark_coverage": share,
                "sq_um": template.sq.micrometres(),
                "sentence": format!(
                    "suitable for a {kind}: {trust}; Sq {:.2} um, {:.0} % of the map",
                    template.sq.micrometres(), share * 100.0
                ),
            })
        }
        Err(error) => json!({
            "verdict": "unsuitable",
            "kind": kind.code(),
            "reason": error.to_string(),
            "sentence": format!("not usable for a {kind}: {error}"),
        }),
    }
}

/// The verdict on striae: are there any, and how clear are they.
fn striae_quality(scan: &Scan, kind: StriaKind) -> Value {
    match striation::signature_of(scan, kind, &mut NoTrace) {
        Ok(signature) => {
            let walls = match signature.walls {
                [true, true] => "between two walls",
                [false, false] => "from end to end of the data",
                _ => "from a wall to an end of the data",
            };
            let mut verdict = striation::described(&signature);
            verdict["verdict"] = "suitable".into();
            verdict["kind"] = kind.code().into();
            verdict["method"] = signature.method.clone().into();
            verdict["sentence"] = format!(
                "suitable for a {kind}: {:.0} um {walls}; deviation {:.2} um",
                signature.width().micrometres(),
                signature.sigma.micrometres()
            )
            .into();
            verdict
        }
        Err(error) => json!({
            "verdict": "unsuitable",
            "kind": kind.code(),
            "reason": error.to_string(),
            "sentence": format!("not usable for a {kind}: {error}"),
        }),
    }
}

/// Share of a template's map that holds the mark, 0 to 1.
fn covered(template: &Template) -> f64 {
    let held = template.heights.iter().filter(|height| **height != Template::MISSING).count();
    held as f64 / template.heights.len().max(1) as f64
}

/// Size and coverage of a scan.
fn measures(scan: &Scan) -> Value {
    match scan {
        Scan::Topography(map) => {
            let valid = map.heights.iter().filter(|height| !height.is_nan()).count();
            let (low, high) = range_um(map.heights.iter().copied());
            json!({
                "rows": map.heights.nrows(), "cols": map.heights.ncols(),
                "pitch_x_um": map.pitch_x.micrometres(), "pitch_y_um": map.pitch_y.micrometres(),
                "coverage": valid as f64 / map.heights.len().max(1) as f64,
                "lowest_um": low, "highest_um": high, "datum_um": map.datum.micrometres(),
            })
        }
        Scan::Profile(profile) => {
            let valid = profile.heights.iter().filter(|height| !height.is_nan()).count();
            json!({
                "samples": profile.heights.len(), "pitch_um": profile.pitch.micrometres(),
                "coverage": valid as f64 / profile.heights.len().max(1) as f64,
            })
        }
        Scan::Points(list) => json!({ "points": list.points.len() }),
        Scan::Photograph(photograph) => json!({
            "rows": photograph.brightness.nrows(), "cols": photograph.brightness.ncols(),
            "pixel_um": photograph.pitch.map(|pitch| pitch.micrometres()),
        }),
    }
}

/// Lowest and highest height in micrometres; `None` where every height is missing.
fn range_um(heights: impl Iterator<Item = f32>) -> (Option<f64>, Option<f64>) {
    heights.filter(|height| !height.is_nan()).map(|height| f64::from(height) * 1e6).fold(
        (None, None),
        |(low, high), height| {
            (
                Some(low.map_or(height, |low: f64| low.min(height))),
                Some(high.map_or(height, |high: f64| high.max(height))),
            )
        },
    )
}

/// The same in a sentence.
fn describe(scan: &Scan) -> String {
    match scan {
        Scan::Topography(map) => {
            let valid = map.heights.iter().filter(|height| !height.is_nan()).count();
            let (rows, cols) = map.heights.dim();
            format!(
                "a topography of {rows} x {cols} heights, {:.3} x {:.3} um apart ({:.2} x {:.2} mm), {:.1} % present",
                map.pitch_x.micrometres(),
                map.pitch_y.micrometres(),
                cols as f64 * map.pitch_x.metres() * 1e3,
                rows as f64 * map.pitch_y.metres() * 1e3,
                100.0 * valid as f64 / map.heights.len().max(1) as f64
            )
        }
        Scan::Profile(profile) => {
            format!("a profile of {} heights, {:.3} um apart", profile.heights.len(), profile.pitch.micrometres())
        }
        Scan::Points(list) => format!("{} points without a grid", list.points.len()),
        Scan::Photograph(photograph) => {
            let (rows, cols) = photograph.brightness.dim();
            match photograph.pitch {
                Some(pitch) => format!("a photograph of {rows} x {cols} pixels of {:.3} um", pitch.micrometres()),
                None => format!("a photograph of {rows} x {cols} pixels of unknown size"),
            }
        }
    }
}
