//! New X3P documents: from parts, or from a topography.

use super::document::X3pDocument;
use super::header::{AXES, Axis, Dimension, Feature, Header, Link};
use super::values::{NumberType, Values};
use super::xml::{Element, Tree};
use crate::formats::{FormatError, Profile, Topography};

const DATA: &str = "bindata/data.bin";
const VALID: &str = "bindata/valid.bin";
const NAMESPACES: &str = "xmlns:p=\"http://www.opengps.eu/2008/ISO5436_2\" \
    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
    xsi:schemaLocation=\"http://www.opengps.eu/2008/ISO5436_2 http://www.opengps.eu/2008/ISO5436_2/ISO5436_2.xsd\"";

/// Who measured and with what: record 2. Dates are ISO 8601 text, given by the caller.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// When the measurement was made.
    pub date: String,
    /// Who made it.
    pub creator: String,
    /// Maker of the instrument.
    pub manufacturer: String,
    /// Its model.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// Its version.
    pub version: String,
    /// When it was calibrated.
    pub calibration_date: String,
    /// True for a stylus or gel, false for optical instruments.
    pub contacting: bool,
    /// Lens or probe.
    pub probe: String,
    /// Anything else.
    pub comment: String,
}

impl Default for Provenance {
    fn default() -> Self {
        let unknown = || "not available".to_string();
        Self {
            date: "1970-01-01T00:00:00Z".into(),
            creator: unknown(),
            manufacturer: unknown(),
            model: unknown(),
            serial: unknown(),
            version: unknown(),
            calibration_date: "1970-01-01T00:00:00Z".into(),
            contacting: false,
            probe: unknown(),
            comment: String::new(),
        }
    }
}

/// The parts of a new document.
#[derive(Clone, Debug)]
pub struct NewDocument {
    /// What the points show.
    pub feature: Feature,
    /// x, y and z; the number types are taken from `columns`.
    pub axes: [Axis; 3],
    /// Layout of the points.
    pub dimension: Dimension,
    /// Stored numbers: one column for every absolute axis and for z, none for an incremental x or y.
    pub columns: [Option<Values>; 3],
    /// One `true` a point that was measured.
    pub valid: Option<Vec<bool>>,
    /// Points in `main.xml` instead of a member (small files; a NaN becomes an empty element and loses its payload).
    pub in_xml: bool,
    /// Record 2.
    pub provenance: Provenance,
}

impl NewDocument {
    /// Puts the parts together.
    ///
    /// # Errors
    /// [`FormatError::Layout`] if a column is missing, too many or of the wrong length.
    pub fn finish(self) -> Result<X3pDocument, FormatError> {
        let points = usize::try_from(self.dimension.points()).map_err(|_| layout("too many points".into()))?;
        let mut axes = self.axes;
        for (index, axis) in axes.iter_mut().enumerate() {
            let stored = index == 2 || !axis.incremental;
            let found = self.columns[index].as_ref().map(Values::count);
            if found != stored.then_some(points) {
                let name = AXES[index];
                return Err(layout(format!("axis {name} has {found:?} values for {points} points, stored: {stored}")));
            }
            let kind = self.columns[index].as_ref().map_or(NumberType::Float64, Values::kind);
            axis.number = Some(kind);
            if axis.incremental && !(axis.increment.is_finite() && axis.increment > 0.0) {
                return Err(FormatError::Pitch { axis: AXES[index], value: axis.increment });
            }
        }
        if let Some(valid) = self.valid.as_ref().filter(|valid| valid.len() != points) {
            return Err(layout(format!("{} validity bits for {points} points", valid.len())));
        }
        let link = |path: &str| Link { path: path.into(), md5: String::new() };
        let header = Header {
            feature: self.feature,
            axes,
            dimension: self.dimension,
            points: (!self.in_xml).then(|| link(DATA)),
            valid: self.valid.is_some().then(|| link(VALID)),
        };
        let root = Element::new("p:ISO5436_2")
            .attributes(NAMESPACES)
            .with(record1(&header))
            .with(record2(&self.provenance))
            .with(record3(&header, &self.columns, points))
            .with(Element::new("Record4").with_text("ChecksumFile", "md5checksum.hex"));
        Ok(X3pDocument {
            tree: Tree::new(root),
            header,
            columns: self.columns,
            validity: self.valid.map(|valid| bits(&valid)),
            folder: String::new(),
            others: Vec::new(),
            notes: Vec::new(),
        })
    }
}

impl X3pDocument {
    /// A new document from a topography: heights as 32-bit floats with every bit kept, the datum as the offset of z.
    ///
    /// # Errors
    /// [`FormatError::Pitch`] if a pitch is not a positive length.
    pub fn from_topography(topography: &Topography, provenance: &Provenance) -> Result<Self, FormatError> {
        let (rows, cols) = topography.heights.dim();
        let along =
            |pitch: f64| Axis { incremental: true, number: Some(NumberType::Float64), increment: pitch, offset: 0.0 };
        let up = Axis { incremental: false, number: None, increment: 1.0, offset: topography.datum.metres() };
        let heights = topography.heights.iter().copied().collect();
        NewDocument {
            feature: Feature::Surface,
            axes: [along(topography.pitch_x.metres()), along(topography.pitch_y.metres()), up],
            dimension: Dimension::Matrix { x: cols as u64, y: rows as u64, z: 1 },
            columns: [None, None, Some(Values::Float32(heights))],
            valid: None,
            in_xml: false,
            provenance: provenance.clone(),
        }
        .finish()
    }
}

impl X3pDocument {
    /// A new document from a profile: heights as 64-bit floats with every bit kept.
    ///
    /// # Errors
    /// [`FormatError::Pitch`] if the pitch is not a positive length.
    pub fn from_profile(profile: &Profile, provenance: &Provenance) -> Result<Self, FormatError> {
        let along = Axis { incremental: true, number: None, increment: profile.pitch.metres(), offset: 0.0 };
        let up = Axis { incremental: false, number: None, increment: 1.0, offset: 0.0 };
        NewDocument {
            feature: Feature::Profile,
            axes: [along, along, up],
            dimension: Dimension::Matrix { x: profile.heights.len() as u64, y: 1, z: 1 },
            columns: [None, None, Some(Values::Float64(profile.heights.clone()))],
            valid: None,
            in_xml: false,
            provenance: provenance.clone(),
        }
        .finish()
    }
}

fn record1(header: &Header) -> Element {
    let mut axes = Element::new("Axes");
    for (axis, name) in header.axes.iter().zip(AXES) {
        let letter = axis.number.map_or("", NumberType::letter);
        let element = Element::new(name)
            .with_text("AxisType", if axis.incremental { "I" } else { "A" })
            .with_text("DataType", letter)
            .with_text("Increment", &number(axis.increment))
            .with_text("Offset", &number(axis.offset));
        axes = axes.with(element);
    }
    Element::new("Record1")
        .with_text("Revision", "ISO5436 - 2000")
        .with_text("FeatureType", header.feature.code())
        .with(axes)
}

fn record2(from: &Provenance) -> Element {
    let instrument = Element::new("Instrument")
        .with_text("Manufacturer", &from.manufacturer)
        .with_text("Model", &from.model)
        .with_text("Serial", &from.serial)
        .with_text("Version", &from.version);
    let probing = Element::new("ProbingSystem")
        .with_text("Type", if from.contacting { "Contacting" } else { "NonContacting" })
        .with_text("Identification", &from.probe);
    Element::new("Record2")
        .with_text("Date", &from.date)
        .with_text("Creator", &from.creator)
        .with(instrument)
        .with_text("CalibrationDate", &from.calibration_date)
        .with(probing)
        .with_text("Comment", &from.comment)
}

fn record3(header: &Header, columns: &[Option<Values>; 3], points: usize) -> Element {
    let mut record = Element::new("Record3");
    record = match header.dimension {
        Dimension::Matrix { x, y, z } => record.with(
            Element::new("MatrixDimension")
                .with_text("SizeX", &x.to_string())
                .with_text("SizeY", &y.to_string())
                .with_text("SizeZ", &z.to_string()),
        ),
        Dimension::List { points } => record.with_text("ListDimension", &points.to_string()),
    };
    let mut links = Element::new("DataLink");
    if header.points.is_some() {
        links = links.with_text("PointDataLink", DATA).with_text("MD5ChecksumPointData", "");
    } else {
        record = record.with_points(datums(columns, points));
    }
    if header.valid.is_some() {
        links = links.with_text("ValidPointsLink", VALID).with_text("MD5ChecksumValidPoints", "");
    }
    if header.points.is_some() || header.valid.is_some() { record.with(links) } else { record }
}

/// The points as `Datum` elements; a point with a missing number is an empty one.
fn datums(columns: &[Option<Values>; 3], points: usize) -> String {
    let mut out = String::new();
    for point in 0..points {
        let numbers: Option<Vec<String>> = columns.iter().flatten().map(|column| column.text(point)).collect();
        match numbers {
            Some(numbers) => out.push_str(&format!("<Datum>{}</Datum>", numbers.join(";"))),
            None => out.push_str("<Datum/>"),
        }
    }
    out
}

/// Shortest text that reads back as the same number, with an exponent where that is shorter.
fn number(value: f64) -> String {
    if value == 0.0 { "0".into() } else { format!("{value:e}") }
}

fn bits(valid: &[bool]) -> Vec<u8> {
    let byte = |eight: &[bool]| eight.iter().enumerate().fold(0, |byte, (bit, &valid)| byte | u8::from(valid) << bit);
    valid.chunks(8).map(byte).collect()
}

fn layout(reason: String) -> FormatError {
    FormatError::Layout { reason }
}
