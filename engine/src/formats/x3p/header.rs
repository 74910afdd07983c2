//! What the records of `main.xml` say about the points: axes, dimension and where they are.

use super::values::NumberType;
use super::xml::{Element, Tree};
use crate::formats::FormatError;
use crate::formats::error::shortened;

/// What the points show (`FeatureType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `SUR`: a surface.
    Surface,
    /// `PRF`: a profile.
    Profile,
    /// `PCL`: a point cloud.
    PointCloud,
}

impl Feature {
    /// Every feature type.
    pub const ALL: [Feature; 3] = [Self::Surface, Self::Profile, Self::PointCloud];

    /// The code of the standard.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Surface => "SUR",
            Self::Profile => "PRF",
            Self::PointCloud => "PCL",
        }
    }
}

/// One axis: a coordinate is `offset + increment * index` (incremental) or `offset + increment * value` (absolute).
///
/// An incremental x or y axis is not stored, its index is the place in the matrix or list; z is always stored. The
/// increment of an absolute axis is what turns stored integers into metres; with floats it is mostly 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// True for `I`, false for `A`.
    pub incremental: bool,
    /// Type of the stored numbers; may be left out for an axis that is not stored.
    pub number: Option<NumberType>,
    /// Metres a step, as written; 1 for an absolute axis that has none.
    pub increment: f64,
    /// Metres, as written.
    pub offset: f64,
}

impl Axis {
    /// What stored values are multiplied by: the increment, or 1 where an absolute axis states nothing usable.
    pub fn scale(&self) -> f64 {
        if self.increment.is_finite() && self.increment > 0.0 { self.increment } else { 1.0 }
    }
}

/// How the points are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// A grid, x fastest, then y, then z (layers).
    Matrix {
        /// Columns.
        x: u64,
        /// Rows.
        y: u64,
        /// Layers: samples a place.
        z: u64,
    },
    /// A list.
    List {
        /// Points.
        points: u64,
    },
}

impl Dimension {
    /// Number of points; cannot overflow.
    pub fn points(self) -> u128 {
        match self {
            Self::Matrix { x, y, z } => u128::from(x).saturating_mul(u128::from(y)).saturating_mul(u128::from(z)),
            Self::List { points } => u128::from(points),
        }
    }
}

/// A link to a member and the MD5 the header states for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Path relative to `main.xml`.
    pub path: String,
    /// As written; may be empty.
    pub md5: String,
}

/// Records 1 and 3 in typed form.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// What the points show.
    pub feature: Feature,
    /// x, y and z.
    pub axes: [Axis; 3],
    /// Layout of the points.
    pub dimension: Dimension,
    /// Points in a member; `None` if they are in the XML.
    pub points: Option<Link>,
    /// Validity bits in a member, if any.
    pub valid: Option<Link>,
}

/// Names of the axes in the header.
pub(super) const AXES: [&str; 3] = ["CX", "CY", "CZ"];

impl Header {
    /// Reads the records of a parsed `main.xml`.
    pub(super) fn of(tree: &Tree) -> Result<Self, FormatError> {
        let root = tree.root();
        let record1 = part(root, &["Record1"])?;
        let record3 = part(root, &["Record3"])?;
        let code = part(record1, &["FeatureType"])?.text();
        let feature = Feature::ALL.into_iter().find(|feature| feature.code() == code).ok_or_else(|| {
            FormatError::Field { field: "FeatureType".into(), found: shortened(&code), expected: "SUR, PRF or PCL" }
        })?;
        let axes = part(record1, &["Axes"])?;
        let axes = [axis(axes, 0)?, axis(axes, 1)?, axis(axes, 2)?];
        let points = link(record3, "PointDataLink", "MD5ChecksumPointData");
        if points.is_none() && record3.child("DataList").is_none() {
            return Err(FormatError::MissingPart { part: "Record3/DataLink or Record3/DataList".into() });
        }
        let valid = link(record3, "ValidPointsLink", "MD5ChecksumValidPoints");
        Ok(Self { feature, axes, dimension: dimension(record3)?, points, valid })
    }

    /// Which axes are stored for every point: absolute ones, and z always.
    pub fn stored(&self) -> [bool; 3] {
        [!self.axes[0].incremental, !self.axes[1].incremental, true]
    }

    /// Number types of the stored axes, in order.
    pub(super) fn stored_types(&self) -> Result<Vec<NumberType>, FormatError> {
        let mut kinds = Vec::with_capacity(3);
        for ((axis, name), stored) in self.axes.iter().zip(AXES).zip(self.stored()) {
            if stored {
                let kind = axis.number.ok_or_else(|| FormatError::MissingPart { part: format!("{name}/DataType") })?;
                kinds.push(kind);
            }
        }
        Ok(kinds)
    }
}

/// The descendant along `path`, or an error that names it.
fn part<'a>(element: &'a Element, path: &[&str]) -> Result<&'a Element, FormatError> {
    element.descend(path).ok_or_else(|| FormatError::MissingPart { part: path.join("/") })
}

fn axis(axes: &Element, index: usize) -> Result<Axis, FormatError> {
    let name = AXES[index];
    let axis = part(axes, &[name])?;
    let kind = part(axis, &["AxisType"])?.text();
    let incremental = match kind.as_str() {
        "I" => true,
        "A" => false,
        _ => {
            let field = format!("{name}/AxisType");
            return Err(FormatError::Field { field, found: shortened(&kind), expected: "I or A" });
        }
    };
    let letter = axis.child("DataType").map(Element::text).filter(|letter| !letter.is_empty());
    let number = letter.map(|letter| NumberType::from_letter(name, &letter)).transpose()?;
    let increment = match number_in(axis, name, "Increment")? {
        Some(increment) => increment,
        // The stored index of an incremental axis means nothing without a step; only z is known to be written so.
        None if incremental && index < 2 => {
            return Err(FormatError::MissingPart { part: format!("{name}/Increment") });
        }
        None => 1.0,
    };
    let usable = if incremental { increment.is_finite() && increment > 0.0 } else { true };
    if !usable {
        return Err(FormatError::Pitch { axis: name, value: increment });
    }
    let offset = number_in(axis, name, "Offset")?.unwrap_or(0.0);
    if !offset.is_finite() {
        let field = format!("{name}/Offset");
        return Err(FormatError::Field { field, found: offset.to_string(), expected: "a finite number" });
    }
    Ok(Axis { incremental, number, increment, offset })
}

/// A number in a child element; `None` if the element is absent or empty.
fn number_in(axis: &Element, name: &str, child: &str) -> Result<Option<f64>, FormatError> {
    let Some(text) = axis.child(child).map(Element::text).filter(|text| !text.is_empty()) else { return Ok(None) };
    let number = text.parse().map_err(|_| FormatError::Field {
        field: format!("{name}/{child}"),
        found: shortened(&text),
        expected: "a number",
    })?;
    Ok(Some(number))
}

fn dimension(record3: &Element) -> Result<Dimension, FormatError> {
    let count = |element: &Element, field: &str| -> Result<u64, FormatError> {
        let text = element.text();
        text.parse().ok().filter(|&count| count > 0).ok_or_else(|| FormatError::Field {
            field: field.into(),
            found: shortened(&text),
            expected: "a positive whole number",
        })
    };
    if let Some(matrix) = record3.child("MatrixDimension") {
        return Ok(Dimension::Matrix {
            x: count(part(matrix, &["SizeX"])?, "SizeX")?,
            y: count(part(matrix, &["SizeY"])?, "SizeY")?,
            z: matrix.child("SizeZ").map_or(Ok(1), |size| count(size, "SizeZ"))?,
        });
    }
    match record3.child("ListDimension") {
        Some(list) => Ok(Dimension::List { points: count(list, "ListDimension")? }),
        None => Err(FormatError::MissingPart { part: "Record3/MatrixDimension or Record3/ListDimension".into() }),
    }
}

fn link(record3: &Element, path: &str, md5: &str) -> Option<Link> {
    let data = record3.child("DataLink")?;
    let path = data.child(path)?.text();
    let md5 = data.child(md5).map(Element::text).unwrap_or_default();
    (!path.is_empty()).then_some(Link { path, md5 })
}
