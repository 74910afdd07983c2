//! Rows of equal length in pages that are shared until they are written to.
//!
//! A page lies in memory or in a mapped file. A clone shares all pages, so a search holds a gallery as it was while
//! new marks are added to a clone of it: only pages that change are copied. A mapped page that is written to becomes one
//! in memory.

use super::map::Map;
use std::sync::Arc;

/// Rows of a page.
pub const PAGE_ROWS: usize = 1 << PAGE_BITS;
const PAGE_BITS: usize = 9;

#[derive(Clone, Debug)]
enum Page {
    Owned(Arc<Vec<u8>>),
    Mapped { map: Arc<Map>, start: usize, end: usize },
}

impl Page {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped { map, start, end } => &map[*start..*end],
        }
    }

    /// The page in memory, to be written to.
    fn own(&mut self) -> &mut Vec<u8> {
        if let Self::Mapped { .. } = self {
            *self = Self::Owned(Arc::new(self.bytes().to_vec()));
        }
        match self {
            Self::Owned(bytes) => Arc::make_mut(bytes),
            Self::Mapped { .. } => unreachable!("made owned above"),
        }
    }
}

/// Rows of `stride` bytes.
#[derive(Clone, Debug)]
pub struct Rows {
    stride: usize,
    count: usize,
    pages: Vec<Page>,
}

impl Rows {
    /// No rows yet.
    pub fn new(stride: usize) -> Self {
        Self { stride, count: 0, pages: Vec::new() }
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Bytes of a row.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// One row.
    #[inline]
    pub fn row(&self, at: usize) -> &[u8] {
        let start = (at & (PAGE_ROWS - 1)) * self.stride;
        &self.pages[at >> PAGE_BITS].bytes()[start..start + self.stride]
    }

    /// One row, to be written to.
    pub fn row_mut(&mut self, at: usize) -> &mut [u8] {
        let start = (at & (PAGE_ROWS - 1)) * self.stride;
        &mut self.pages[at >> PAGE_BITS].own()[start..start + self.stride]
    }

    /// Adds a row of `stride` bytes.
    pub fn push(&mut self, row: &[u8]) {
        debug_assert_eq!(row.len(), self.stride);
        if self.count.is_multiple_of(PAGE_ROWS) {
            self.pages.push(Page::Owned(Arc::new(Vec::with_capacity(PAGE_ROWS * self.stride))));
        }
        if let Some(page) = self.pages.last_mut() {
            page.own().extend_from_slice(row);
            self.count += 1;
        }
    }

    /// Adds `count` rows that lie in `map` from byte `start`. `None` if the map is too short.
    pub fn map(&mut self, map: &Arc<Map>, start: usize, count: usize) -> Option<()> {
        let whole = map.get(start..start.checked_add(count.checked_mul(self.stride)?)?)?;
        let mut done = 0;
        // A page that another file began is filled by copying.
        while done < count && !self.count.is_multiple_of(PAGE_ROWS) {
            self.push(&whole[done * self.stride..(done + 1) * self.stride]);
            done += 1;
        }
        while done < count {
            let rows = PAGE_ROWS.min(count - done);
            let start = start + done * self.stride;
            self.pages.push(Page::Mapped { map: map.clone(), start, end: start + rows * self.stride });
            self.count += rows;
            done += rows;
        }
        Some(())
    }

    /// The bytes of rows `from..` page by page.
    pub fn since(&self, from: usize) -> impl Iterator<Item = &[u8]> {
        let first = from >> PAGE_BITS;
        self.pages.iter().enumerate().skip(first).map(move |(page, bytes)| {
            let skipped = if page == first { (from & (PAGE_ROWS - 1)) * self.stride } else { 0 };
            &bytes.bytes()[skipped..]
        })
    }

    /// Bytes in memory and bytes mapped.
    pub fn bytes(&self) -> (usize, usize) {
        self.pages.iter().fold((0, 0), |(owned, mapped), page| match page {
            Page::Owned(bytes) => (owned + bytes.capacity(), mapped),
            Page::Mapped { start, end, .. } => (owned, mapped + end - start),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn rows_from_two_files_and_from_memory_read_alike_and_a_clone_keeps_what_it_saw() {
        let directory = tempfile::tempdir().unwrap();
        let row = |at: usize| [at as u8, (at >> 8) as u8, 7];
        let mut rows = Rows::new(3);
        let mut at = 0;
        for count in [PAGE_ROWS + 100, 2 * PAGE_ROWS] {
            let path = directory.path().join(count.to_string());
            let mut file = std::fs::File::create(&path).unwrap();
            file.write_all(&[9; 5]).unwrap();
            (at..at + count).for_each(|at| file.write_all(&row(at)).unwrap());
            let map = Arc::new(Map::open(&path).unwrap());
            assert!(rows.map(&map, 5, count + 1).is_none());
            rows.map(&map, 5, count).unwrap();
            at += count;
        }
        rows.push(&row(at));
        let before = rows.clone();
        rows.row_mut(3).fill(0);
        rows.push(&[1, 2, 3]);
        assert_eq!((rows.row(3), before.row(3)), (&[0u8; 3][..], &row(3)[..]));
        assert_eq!((rows.count(), before.count()), (3 * PAGE_ROWS + 102, 3 * PAGE_ROWS + 101));
        assert!((4..before.count()).all(|at| rows.row(at) == row(at) && before.row(at) == row(at)));
        let tail: Vec<u8> = before.since(700).flatten().copied().collect();
        assert_eq!(tail, (700..before.count()).flat_map(row).collect::<Vec<u8>>());
    }
}
