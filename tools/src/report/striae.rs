//! The page of one comparison of striated marks: the two signatures on each other, and what that does not say.

use super::{Page, picture};
use crate::source::{self, Source};
use crate::striation;
use anyhow::Result;
use headstamp_engine::striae::compare::plot::plot;
use headstamp_engine::striae::{Signature, StriaeComparison};
use headstamp_engine::trace::Album;
use std::path::Path;

/// One of the two scans.
pub(crate) struct Side<'a> {
    /// Where it was read.
    pub(crate) file: &'a Path,
    /// What was read.
    pub(crate) source: &'a Source,
    /// The signature prepared from it.
    pub(crate) signature: &'a Signature,
    /// Pictures of the preparation.
    pub(crate) album: &'a Album,
}

/// The page.
pub(crate) fn html(sides: &[Side<'_>; 2], found: &StriaeComparison, uncalibrated: &str) -> Result<String> {
    let [reference, compared] = sides;
    let mut page = Page::new(
        "Comparison of two striated marks",
        &format!(
            "A {} against another, by method {}; every step with its picture.",
            reference.signature.kind, found.method
        ),
    );
    result(&mut page, found);
    page.figure(
        &picture::inline(&plot(reference.signature, compared.signature, found), "both signatures")?,
        "The two signatures across the striae, each in units of its own deviation. Blue: the reference. Vermilion: the compared mark, moved and stretched to lie on it. Shaded: segments that agree on one lag.",
    );
    page.heading("What the score means");
    page.text(&format!("No likelihood ratio is given. {uncalibrated}."));
    page.heading("What was compared");
    let row =
        |name: &str, value: &dyn Fn(&Side<'_>) -> String| vec![name.to_owned(), value(reference), value(compared)];
    let areal = |side: &Side<'_>, of: &dyn Fn(&headstamp_engine::striae::Areal) -> String| {
        side.signature.areal.as_ref().map_or_else(String::new, of)
    };
    page.table(
        &["", "reference", "compared"],
        &[
            row("file", &|side| side.file.display().to_string()),
            row("SHA-256", &|side| side.source.sha256.to_string()),
            row("format", &|side| {
                format!("{}, {}", side.source.decoded.format, source::scan_word(&side.source.decoded.scan))
            }),
            row("width of the mark", &|side| format!("{:.0} um", side.signature.width().micrometres())),
            row("walls found", &|side| match side.signature.walls {
                [true, true] => "both".into(),
                [false, false] => "none: the mark ends with the data".into(),
                [true, false] => "left".into(),
                [false, true] => "right".into(),
            }),
            row("angle of the striae", &|side| areal(side, &|areal| format!("{:.1} degrees", areal.angle))),
            row("rotated by a quarter", &|side| {
                areal(side, &|areal| if areal.orientation.rotated { "yes" } else { "no" }.into())
            }),
            row("coherence of the rows", &|side| areal(side, &|areal| format!("{:.3}", areal.quality.coherence))),
            row("correlation of its two halves", &|side| areal(side, &|areal| format!("{:.2}", areal.quality.repeat))),
            row("deviation of the signature", &|side| format!("{:.2} um", side.signature.sigma.micrometres())),
            row("notes on the file", &|side| side.source.decoded.notes.join("; ")),
        ],
    );
    for (side, name) in sides.iter().zip(["reference", "compared scan"]) {
        page.heading(&format!("How the {name} was prepared"));
        for step in &side.album.0 {
            page.figure(&picture::inline(&step.image, &step.step)?, &step.caption);
        }
    }
    page.heading("What this does not say");
    page.list([
        "The score is a raw similarity of two profiles. How often marks of different barrels reach it depends on the barrels; no likelihood ratio is given without a reference population.",
        "Barrels made one after another with the same tool can share striae (subclass). The method cannot tell these from individual ones; an examiner looks for them.",
        "A low score does not exclude a common source: barrels wear, bullets deform, and a mark without detectable striae is unsuitable, which excludes nothing.",
        "The conclusion is an examiner's, who sees the marks themselves.",
    ]);
    Ok(page.finish())
}

fn result(page: &mut Page, found: &StriaeComparison) {
    page.heading("Result");
    let line = |name: &str, value: String, meaning: &str| vec![name.to_owned(), value, meaning.to_owned()];
    page.table(
        &["", "value", "meaning"],
        &[
            line("score", format!("{:.3}", found.score), "raw similarity, 0 to 1. No probability."),
            line(
                "segments",
                format!("{} of {}", found.forward.agreeing, found.forward.segments.len()),
                "segments of the reference that find their best place at one common lag",
            ),
            line(
                "in reverse",
                format!("{} of {}", found.backward.agreeing, found.backward.segments.len()),
                "segments of the compared mark on the reference",
            ),
            line("correlation", format!("{:.3}", found.ccf.value), "largest of the whole signatures, -1 to 1"),
            line(
                "striae in a row",
                found.cms.longest.to_string(),
                "longest run of striae that lie together; for display, not for the score",
            ),
            line("lag", format!("{:.0}", found.lag.micrometres()), "um by which the compared mark was moved"),
            line("stretch", format!("{:.2}", 100.0 * found.stretch), "per cent by which it is longer"),
            line("overlap", format!("{:.0}", found.overlap.micrometres()), "um that both have in common"),
        ],
    );
    if let Some(caution) = striation::caution(found.lie) {
        page.caution(&format!("{}{}.", caution[..1].to_uppercase(), &caution[1..]));
    }
}
