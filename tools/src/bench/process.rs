//! What the system says of this process and machine, on Linux; `None` elsewhere.

use serde::Serialize;

/// Ticks of `/proc/self/stat` in a second: fixed in the Linux interface to programs.
const TICKS: f64 = 100.0;

/// Memory of this process, bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Memory {
    /// Its own: not backed by files.
    pub(crate) anonymous: u64,
    /// Pages of mapped files that are in memory now; the system takes these back when it wants them.
    pub(crate) mapped: u64,
}

/// Memory now.
pub(crate) fn memory() -> Option<Memory> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
    };
    Some(Memory { anonymous: field("RssAnon:")?, mapped: field("RssFile:")? })
}

/// CPU seconds of all threads so far.
pub(crate) fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}

/// Model of the processor and number of cores this process may use.
pub(crate) fn processor() -> (String, usize) {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned());
    (model, std::thread::available_parallelism().map_or(1, usize::from))
}

/// Wall and CPU seconds of some work.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Took {
    /// On the wall.
    pub(crate) wall_s: f64,
    /// Of all threads.
    pub(crate) cpu_s: Option<f64>,
}

impl Took {
    /// Does the work and adds what it took.
    pub(crate) fn add<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (wall, cpu) = (std::time::Instant::now(), cpu_seconds());
        let done = work();
        self.wall_s += wall.elapsed().as_secs_f64();
        if let (Some(before), Some(now)) = (cpu, cpu_seconds()) {
            self.cpu_s = Some(self.cpu_s.unwrap_or(0.0) + now - before);
        }
        done
    }
}
