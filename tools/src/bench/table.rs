//! The measurements as text.

use super::ask::{Clients, GraphLoss, Recall, Stage};
use super::gallery::Filled;
use super::realism::{Quantiles, Realism};
use serde::Serialize;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Document {
    /// Model of the processor.
    pub(crate) processor: String,
    /// Cores.
    pub(crate) cores: usize,
    /// Real marks in every gallery.
    pub(crate) real_marks: usize,
    /// Bytes of a stored template, the mean.
    pub(crate) template_bytes: f64,
    /// Are strangers like different-source marks?
    pub(crate) realism: Realism,
    /// One a size.
    pub(crate) galleries: Vec<Measured>,
}

/// One gallery.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// How it was filled and what it takes.
    pub(crate) filled: Filled,
    /// Stages by themselves.
    pub(crate) stages: Vec<Stage>,
    /// The graph against all sketches.
    pub(crate) graph_loss: GraphLoss,
    /// Whole searches.
    pub(crate) clients: Vec<Clients>,
}

impl Document {
    /// Tables for a terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{}, {} cores. {} real marks in each gallery, the others strangers; a stored template has {:.1} kB.\n",
            self.processor,
            self.cores,
            self.real_marks,
            self.template_bytes / 1e3
        );
        let quantiles = |name: &str, found: &Option<Quantiles>| match found {
            Some(found) => format!(
                "  {name:<24} median {:.3}, 98 % below {:.3}, largest {:.3} ({} pairs)\n",
                found.median, found.p98, found.max, found.pairs
            ),
            None => format!("  {name:<24} none\n"),
        };
        text += "Scan similarity of the real marks to:\n";
        text += &quantiles("different-source marks", &self.realism.different_source);
        text += &quantiles("strangers", &self.realism.strangers);
        for one in &self.galleries {
            text += &one.text();
        }
        text
    }
}

impl Measured {
    fn text(&self) -> String {
        let Self { filled, .. } = self;
        let marks = filled.marks as f64;
        let mut text = format!("\nGallery of {} marks\n", filled.marks);
        text += &format!(
            "  bytes a mark             {:.0} resident (ids, codes, sketches, links); {:.0} on disk, templates apart\n",
            filled.resident_bytes as f64 / marks,
            filled.disk_bytes as f64 / marks
        );
        if let Some(memory) = filled.memory {
            text += &format!(
                "  memory of the process    {:.0} MB of its own, {:.0} MB of mapped files after the searches\n",
                memory.anonymous as f64 / 1e6,
                memory.mapped as f64 / 1e6
            );
        }
        if filled.added > 0 {
            let cpu = filled
                .adding
                .cpu_s
                .map_or_else(String::new, |cpu| format!(", {:.0} a CPU second", filled.added as f64 / cpu));
            text += &format!(
                "  adding                   {:.0} marks a second{cpu} ({} marks, snapshots apart: {:.1} s)\n",
                filled.added as f64 / filled.adding.wall_s,
                filled.added,
                filled.saving.wall_s
            );
        }
        text += &format!("  checking and mapping     {:.1} s\n", filled.loading.wall_s);
        text += "  stage                    p50 ms    p99 ms    CPU ms   mate at 1   in 50   (pairs)\n";
        for stage in &self.stages {
            text += &format!(
                "  {:<22} {:>8.1}  {:>8.1}  {:>8}   {}\n",
                stage.name,
                stage.wall_ms.p50,
                stage.wall_ms.p99,
                number(stage.cpu_ms),
                stage.recall.map_or_else(String::new, |recall| recall.text())
            );
        }
        let loss = &self.graph_loss;
        text += &format!(
            "  the graph proposes {:.3} of the best 50 of all sketches and {} of the {} mates that these propose ({} queries)\n",
            loss.best_fifty, loss.mates_graph, loss.mates_exact, loss.queries
        );
        text += "  whole searches           first p50/p99 ms   scanned p50/p99   complete p50/p99   CPU ms   a second   (searches)\n";
        for one in &self.clients {
            let pair = |spread: &super::Spread| format!("{:.0} / {:.0}", spread.p50, spread.p99);
            text += &format!(
                "  {:>2} client(s)             {:>16}  {:>16}  {:>17}  {:>7}  {:>9.2}   ({})\n",
                one.clients,
                pair(&one.first_ms),
                pair(&one.scanned_ms),
                pair(&one.complete_ms),
                number(one.cpu_ms),
                one.per_second,
                one.complete_ms.count
            );
        }
        if let Some(one) = self.clients.first() {
            for (stage, recall) in &one.recall {
                text += &format!("  after {:<18} mate at 1, in 50: {}\n", &stage[2..], recall.text());
            }
        }
        text
    }
}

impl Recall {
    fn text(&self) -> String {
        format!("{:>9.3}   {:.3}   ({})", self.first, self.fifty, self.pairs)
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.1}"))
}
