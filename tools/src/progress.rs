//! Progress bars on standard error; silent when that is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for `count` steps of work called `name`.
pub(crate) fn bar(name: &'static str, count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) =
        ProgressStyle::with_template("{prefix:>12} [{bar:30}] {pos}/{len} {elapsed} (about {eta} left) {msg}")
    {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.with_prefix(name)
}
