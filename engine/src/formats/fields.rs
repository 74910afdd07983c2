//! Numbers and texts at fixed places of a binary header; nothing is read beyond the end of the file.

use super::FormatError;

/// The bytes of a file and the order in which they form numbers.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    /// Name of the format, for error messages.
    pub(super) format: &'static str,
    /// The whole file.
    pub(super) bytes: &'a [u8],
    /// True where the first byte of a number is its highest.
    pub(super) big_endian: bool,
}

impl<'a> Fields<'a> {
    /// Fields whose first byte is the lowest.
    pub(super) const fn little(format: &'static str, bytes: &'a [u8]) -> Self {
        Self { format, bytes, big_endian: false }
    }

    /// `length` bytes from `at` on.
    ///
    /// # Errors
    /// [`FormatError::Truncated`] if the file ends before.
    pub(super) fn slice(&self, at: usize, length: usize) -> Result<&'a [u8], FormatError> {
        let end = at.saturating_add(length);
        let truncated =
            FormatError::Truncated { format: self.format, needed: end as u64, found: self.bytes.len() as u64 };
        self.bytes.get(at..end).ok_or(truncated)
    }

    fn number<const N: usize>(&self, at: usize) -> Result<[u8; N], FormatError> {
        let mut number = [0; N];
        number.copy_from_slice(self.slice(at, N)?);
        if self.big_endian {
            number.reverse();
        }
        Ok(number)
    }

    pub(super) fn u8(&self, at: usize) -> Result<u8, FormatError> {
        self.number::<1>(at).map(u8::from_le_bytes)
    }
    pub(super) fn u16(&self, at: usize) -> Result<u16, FormatError> {
        self.number(at).map(u16::from_le_bytes)
    }
    pub(super) fn i16(&self, at: usize) -> Result<i16, FormatError> {
        self.number(at).map(i16::from_le_bytes)
    }
    pub(super) fn u32(&self, at: usize) -> Result<u32, FormatError> {
        self.number(at).map(u32::from_le_bytes)
    }
    pub(super) fn i32(&self, at: usize) -> Result<i32, FormatError> {
        self.number(at).map(i32::from_le_bytes)
    }
    pub(super) fn f32(&self, at: usize) -> Result<f32, FormatError> {
        self.number(at).map(f32::from_le_bytes)
    }
    pub(super) fn f64(&self, at: usize) -> Result<f64, FormatError> {
        self.number(at).map(f64::from_le_bytes)
    }

    /// Text of at most `length` bytes, as [`text`] reads it.
    pub(super) fn text(&self, at: usize, length: usize) -> Result<String, FormatError> {
        self.slice(at, length).map(text)
    }
}

/// Text up to the first zero byte, as UTF-8 or else ISO 8859-1, without control characters and white space around it.
pub(super) fn text(bytes: &[u8]) -> String {
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_string()
}

/// How a height is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// 8 bits without sign.
    U8,
    /// 16 bits without sign.
    U16,
    /// 32 bits without sign.
    U32,
    /// 8 bits with sign.
    I8,
    /// 16 bits with sign.
    I16,
    /// 32 bits with sign.
    I32,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
}

impl Stored {
    /// Bytes of one number.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Numbers from bytes, each exactly as a 64-bit float; a part of a number at the end is left out.
    pub(super) fn numbers(self, bytes: &[u8], big_endian: bool) -> Vec<f64> {
        fn each<const N: usize>(bytes: &[u8], big_endian: bool, number: fn([u8; N]) -> f64) -> Vec<f64> {
            let ordered = |chunk: &[u8; N]| {
                let mut chunk = *chunk;
                if big_endian {
                    chunk.reverse();
                }
                number(chunk)
            };
            bytes.as_chunks().0.iter().map(ordered).collect()
        }
        match self {
            Self::U8 => each(bytes, big_endian, |b| f64::from(u8::from_le_bytes(b))),
            Self::U16 => each(bytes, big_endian, |b| f64::from(u16::from_le_bytes(b))),
            Self::U32 => each(bytes, big_endian, |b| f64::from(u32::from_le_bytes(b))),
            Self::I8 => each(bytes, big_endian, |b| f64::from(i8::from_le_bytes(b))),
            Self::I16 => each(bytes, big_endian, |b| f64::from(i16::from_le_bytes(b))),
            Self::I32 => each(bytes, big_endian, |b| f64::from(i32::from_le_bytes(b))),
            Self::F32 => each(bytes, big_endian, |b| f64::from(f32::from_le_bytes(b))),
            Self::F64 => each(bytes, big_endian, f64::from_le_bytes),
        }
    }
}
