//! The four number types of X3P and columns of them, bit for bit.

use crate::formats::FormatError;
use crate::formats::error::shortened;

/// How a number is stored (ISO 25178-72, `DataType`), always little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberType {
    /// `I`: 16-bit signed integer.
    Int16,
    /// `L`: 32-bit signed integer.
    Int32,
    /// `F`: 32-bit float.
    Float32,
    /// `D`: 64-bit float.
    Float64,
}

impl NumberType {
    /// Every type.
    pub const ALL: [NumberType; 4] = [Self::Int16, Self::Int32, Self::Float32, Self::Float64];

    /// The letter of the standard.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Int16 => "I",
            Self::Int32 => "L",
            Self::Float32 => "F",
            Self::Float64 => "D",
        }
    }
    /// Bytes of one number.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Int16 => 2,
            Self::Int32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }
    pub(super) fn from_letter(axis: &'static str, letter: &str) -> Result<Self, FormatError> {
        let known = Self::ALL.into_iter().find(|kind| kind.letter() == letter);
        known.ok_or_else(|| FormatError::NumberType { axis, found: shortened(letter) })
    }
}

/// One coordinate of every point, in the type it is stored in. NaN payloads are kept.
#[derive(Clone, Debug)]
pub enum Values {
    /// `I`.
    Int16(Vec<i16>),
    /// `L`.
    Int32(Vec<i32>),
    /// `F`.
    Float32(Vec<f32>),
    /// `D`.
    Float64(Vec<f64>),
}

impl Values {
    /// No values yet.
    pub(super) fn empty(kind: NumberType) -> Self {
        match kind {
            NumberType::Int16 => Self::Int16(Vec::new()),
            NumberType::Int32 => Self::Int32(Vec::new()),
            NumberType::Float32 => Self::Float32(Vec::new()),
            NumberType::Float64 => Self::Float64(Vec::new()),
        }
    }
    /// Type of the values.
    pub const fn kind(&self) -> NumberType {
        match self {
            Self::Int16(_) => NumberType::Int16,
            Self::Int32(_) => NumberType::Int32,
            Self::Float32(_) => NumberType::Float32,
            Self::Float64(_) => NumberType::Float64,
        }
    }
    /// Number of values.
    pub fn count(&self) -> usize {
        match self {
            Self::Int16(values) => values.len(),
            Self::Int32(values) => values.len(),
            Self::Float32(values) => values.len(),
            Self::Float64(values) => values.len(),
        }
    }
    /// The values as stored, widened to 64-bit floats: exact for every type.
    pub fn to_f64(&self) -> Vec<f64> {
        match self {
            Self::Int16(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::Int32(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::Float32(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Self::Float64(values) => values.clone(),
        }
    }
    /// The stored bytes of every value, one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.count() * self.kind().bytes());
        (0..self.count()).for_each(|index| self.append(index, &mut out));
        out
    }

    /// Appends the stored bytes of one value.
    fn append(&self, index: usize, out: &mut Vec<u8>) {
        match self {
            Self::Int16(values) => out.extend_from_slice(&values[index].to_le_bytes()),
            Self::Int32(values) => out.extend_from_slice(&values[index].to_le_bytes()),
            Self::Float32(values) => out.extend_from_slice(&values[index].to_bits().to_le_bytes()),
            Self::Float64(values) => out.extend_from_slice(&values[index].to_bits().to_le_bytes()),
        }
    }
    /// Takes one value from the front of `bytes`, which holds at least that many.
    fn take(&mut self, bytes: &[u8]) {
        match self {
            Self::Int16(values) => values.extend(first(bytes).map(i16::from_le_bytes)),
            Self::Int32(values) => values.extend(first(bytes).map(i32::from_le_bytes)),
            Self::Float32(values) => values.extend(first(bytes).map(|b| f32::from_bits(u32::from_le_bytes(b)))),
            Self::Float64(values) => values.extend(first(bytes).map(|b| f64::from_bits(u64::from_le_bytes(b)))),
        }
    }
    /// Reads one value from text; an empty one is missing.
    pub(super) fn take_text(&mut self, field: &str, text: Option<&str>) -> Result<(), FormatError> {
        let wrong =
            |expected| FormatError::Field { field: field.into(), found: shortened(text.unwrap_or_default()), expected };
        match (self, text) {
            (Self::Int16(values), Some(text)) => values.push(text.parse().map_err(|_| wrong("a 16-bit integer"))?),
            (Self::Int32(values), Some(text)) => values.push(text.parse().map_err(|_| wrong("a 32-bit integer"))?),
            (Self::Float32(values), Some(text)) => values.push(text.parse().map_err(|_| wrong("a number"))?),
            (Self::Float64(values), Some(text)) => values.push(text.parse().map_err(|_| wrong("a number"))?),
            (Self::Int16(values), None) => values.push(0),
            (Self::Int32(values), None) => values.push(0),
            (Self::Float32(values), None) => values.push(f32::NAN),
            (Self::Float64(values), None) => values.push(f64::NAN),
        }
        Ok(())
    }
    /// One value as text that reads back as the same value; `None` for NaN, which has no text in X3P.
    pub(super) fn text(&self, index: usize) -> Option<String> {
        match self {
            Self::Int16(values) => values.get(index).map(ToString::to_string),
            Self::Int32(values) => values.get(index).map(ToString::to_string),
            Self::Float32(values) => {
                values.get(index).filter(|value| !value.is_nan()).map(|value| format!("{value:e}"))
            }
            Self::Float64(values) => {
                values.get(index).filter(|value| !value.is_nan()).map(|value| format!("{value:e}"))
            }
        }
    }
}

fn first<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.first_chunk().copied()
}

/// Splits points, each the concatenation of one number a type, into columns. A trailing part of a point is ignored.
pub(super) fn from_points(bytes: &[u8], kinds: &[NumberType]) -> Vec<Values> {
    let size: usize = kinds.iter().map(|kind| kind.bytes()).sum();
    let mut columns: Vec<Values> = kinds.iter().map(|&kind| Values::empty(kind)).collect();
    for point in bytes.chunks_exact(size.max(1)) {
        let mut at = 0;
        for column in &mut columns {
            column.take(&point[at..]);
            at += column.kind().bytes();
        }
    }
    columns
}

/// The reverse of [`from_points`].
pub(super) fn to_points(columns: &[&Values]) -> Vec<u8> {
    let count = columns.first().map_or(0, |column| column.count());
    let size: usize = columns.iter().map(|column| column.kind().bytes()).sum();
    let mut out = Vec::with_capacity(count * size);
    for index in 0..count {
        columns.iter().for_each(|column| column.append(index, &mut out));
    }
    out
}
