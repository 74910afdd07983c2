//! Files mapped into memory: the only place that does so.
//!
//! `unsafe` because a map is a slice only as long as nobody changes or cuts the file under it. The files of a snapshot
//! generation are written once, synced, renamed into place and from then on only unlinked, which leaves a map whole;
//! their directory belongs to one process. Whoever writes into it from outside can stop the process, as with any
//! program file.
#![allow(unsafe_code)]

use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

/// The bytes of a file, read by the system when they are touched.
#[derive(Debug)]
pub struct Map(Option<Mmap>);

impl Map {
    /// Maps a file.
    ///
    /// # Errors
    /// If it cannot be opened or mapped.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.len() == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the file is not changed while it is mapped, see above.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self(Some(map)))
    }
}

impl Deref for Map {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or(&[])
    }
}
