//! The page of one comparison: what was read, what was done to it, what agreed, and what it does not say.

use super::{Page, picture};
use crate::meaning::pair::{self, Said};
use crate::source::{self, Source};
use anyhow::Result;
use headstamp_engine::compare::{Cell, Comparison};
use headstamp_engine::marks::{Grade, OriginKind};
use headstamp_engine::template::Template;
use headstamp_engine::trace::Album;
use std::path::Path;

/// One of the two scans.
pub(crate) struct Side<'a> {
    /// Where it was read.
    pub(crate) file: &'a Path,
    /// What was read.
    pub(crate) source: &'a Source,
    /// The mark prepared from it.
    pub(crate) mark: &'a Template,
    /// Pictures of the preparation.
    pub(crate) album: &'a Album,
}

/// The page.
pub(crate) fn html(sides: &[Side<'_>; 2], comparison: &Comparison, said: &Said<'_>, album: &Album) -> Result<String> {
    let kind = sides[0].mark.kind;
    let mut page = Page::new(
        "Comparison of two marks",
        &format!("A {kind} against another, by method {}; every step with its picture.", comparison.method),
    );
    result(&mut page, comparison);
    pair::section(&mut page, kind, said);
    for step in &album.0 {
        page.figure(&picture::inline(&step.image, &step.step)?, &step.caption);
    }
    page.heading("What was compared");
    let row =
        |name: &str, value: &dyn Fn(&Side<'_>) -> String| vec![name.to_owned(), value(&sides[0]), value(&sides[1])];
    page.table(
        &["", "reference", "compared"],
        &[
            row("file", &|side| side.file.display().to_string()),
            row("SHA-256", &|side| side.source.sha256.to_string()),
            row("format", &|side| {
                format!("{}, {}", side.source.decoded.format, source::scan_word(&side.source.decoded.scan))
            }),
            row("instrument", &|side| side.source.decoded.instrument().unwrap_or_else(|| "not stated".into())),
            row("prepared map", &|side| {
                format!("{} x {}, {:.2} um apart", side.mark.rows, side.mark.cols, side.mark.pitch.micrometres())
            }),
            row("Sq of the mark", &|side| format!("{:.2} um", side.mark.sq.micrometres())),
            row("origin", &|side| origin(side.mark)),
            row("notes on the file", &|side| side.source.decoded.notes.join("; ")),
        ],
    );
    for (side, name) in sides.iter().zip(["reference", "compared scan"]) {
        page.heading(&format!("How the {name} was prepared"));
        for step in &side.album.0 {
            page.figure(&picture::inline(&step.image, &step.step)?, &step.caption);
        }
    }
    page.heading("The cells");
    page.text("Where each cell of one mark correlates best in the other, relative to the registration above. A cell is congruent if it agrees with most others on one rotation and shift. Places are relative to the origin of the cell's own mark.");
    page.subheading("Cells of the reference, searched in the compared mark");
    cells(&mut page, &comparison.forward);
    page.subheading("Cells of the compared mark, searched in the reference");
    cells(&mut page, &comparison.reverse);
    limits(&mut page);
    Ok(page.finish())
}

fn result(page: &mut Page, comparison: &Comparison) {
    let (parts, lie) = (&comparison.parts, &comparison.registration);
    page.heading("Result");
    page.table(
        &["", "value", "meaning"],
        &[
            line(
                "score",
                format!("{:.3}", comparison.score),
                "raw similarity: weight of the congruent cells over all cells, both ways. No probability.",
            ),
            line(
                "congruent cells",
                format!("{} of {}", parts.cmc_forward, parts.cells_forward),
                "cells of the reference that agree with the compared mark on one rotation and shift",
            ),
            line(
                "in reverse",
                format!("{} of {}", parts.cmc_reverse, parts.cells_reverse),
                "cells of the compared mark that agree with the reference",
            ),
            line(
                "cells that count",
                format!("{:.0} % of all", 100.0 * parts.common),
                "all among whole marks; where one mark is a part, those on the area that both show",
            ),
            line("congruent share", format!("{:.3}", parts.cmc_fraction), "both directions together, 0 to 1"),
            line("correlation", format!("{:.3}", parts.correlation), "of the whole marks after registration, -1 to 1"),
            line("rotation", format!("{:.1}", lie.angle), "degrees by which the compared mark was turned"),
            line(
                "shift",
                format!("{:.0} and {:.0}", lie.dx.micrometres(), lie.dy.micrometres()),
                "um along x and y, between the two origins",
            ),
        ],
    );
    if lie.mirrored {
        page.caution("The two agree best with one of them mirrored. Firearms do not make mirrored marks: one of the two scans was probably exported mirrored. Check the source before reading anything into this result.");
    }
}

fn line(name: &str, value: String, meaning: &str) -> Vec<String> {
    vec![name.into(), value, meaning.into()]
}

fn origin(mark: &Template) -> String {
    let kind = match mark.origin_kind {
        OriginKind::Aperture => "centre of the firing-pin aperture, found on the scan",
        OriginKind::Crop => "centre of the inner border of a scan that was cropped before it came here",
        OriginKind::Outer => "centre of the primer's outer circle, for want of an aperture",
        OriginKind::Manual => "set by an examiner",
        OriginKind::Middle => "the middle of the mark: apex of the firing pin's sphere, centre of an ejector's mark",
    };
    let grade = match mark.grade {
        Grade::Good => "good",
        Grade::Fair => "fair",
        Grade::Poor => "poor: not to be relied on",
    };
    format!("{kind}; {grade}")
}

fn cells(page: &mut Page, cells: &[Cell]) {
    let row = |cell: &Cell| {
        vec![
            format!("{:.0}", cell.x * 1e6),
            format!("{:.0}", cell.y * 1e6),
            format!("{:.3}", cell.correlation),
            format!("{:+.1}", cell.angle),
            format!("{:+.0}", cell.dx.micrometres()),
            format!("{:+.0}", cell.dy.micrometres()),
            if cell.congruent { "congruent" } else { "not congruent" }.to_owned(),
        ]
    };
    page.table(
        &["x, um", "y, um", "correlation", "angle, degrees", "dx, um", "dy, um", ""],
        &cells.iter().map(row).collect::<Vec<_>>(),
    );
}

fn limits(page: &mut Page) {
    page.heading("What this does not say");
    page.list([
        "The score is a raw similarity of two surfaces. How often marks of different firearms reach it depends on the firearms: a likelihood ratio speaks about firearms, ammunition and instrument like those of its reference population.",
        "Firearms made one after another with the same tool can share marks (subclass). The method cannot tell these from individual marks; an examiner looks for them.",
        "A low score does not exclude a common source: a mark may be partial, worn, damaged, or scanned with another instrument.",
        "The pictures show filtered surfaces (waves of about 16 to 250 um). Coarser form and finer texture were taken off.",
        "The conclusion is an examiner's, who sees the marks themselves.",
    ]);
}
