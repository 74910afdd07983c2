//! An X3P file in memory, without loss: header, points in their stored type, validity bits and every other member.

use super::archive::{self, Archive, Member};
use super::datums::listed_points;
use super::header::Header;
use super::values::{Values, from_points, to_points};
use super::xml::Tree;
use crate::formats::error::shortened;
use crate::formats::{FormatError, ReadSettings};
use md5::{Digest, Md5};

/// Elements of record 2, in the order of the standard.
const RECORD_2: [&[&str]; 10] = [
    &["Date"],
    &["Creator"],
    &["Instrument", "Manufacturer"],
    &["Instrument", "Model"],
    &["Instrument", "Serial"],
    &["Instrument", "Version"],
    &["CalibrationDate"],
    &["ProbingSystem", "Type"],
    &["ProbingSystem", "Identification"],
    &["Comment"],
];

/// An X3P file.
#[derive(Clone, Debug)]
pub struct X3pDocument {
    /// `main.xml`, points aside if they are in a member.
    pub(super) tree: Tree,
    pub(super) header: Header,
    /// x, y and z; an axis that is not stored has none.
    pub(super) columns: [Option<Values>; 3],
    /// One bit a point, lowest bit first, 1 = valid; from a member, or from the empty elements of a list in the XML.
    pub(super) validity: Option<Vec<u8>>,
    /// Folder of `main.xml` inside the archive, with its slash; empty at the top.
    pub(super) folder: String,
    /// Every other member, in order: masks, vendor data, directories.
    pub(super) others: Vec<Member>,
    /// What was odd about the file.
    pub(super) notes: Vec<String>,
}

impl X3pDocument {
    /// Records 1 and 3 in typed form.
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// All of `main.xml`.
    pub fn xml(&self) -> &Tree {
        &self.tree
    }
    /// The stored numbers of x, y and z; `None` for an axis that is not stored.
    pub fn columns(&self) -> &[Option<Values>; 3] {
        &self.columns
    }
    /// Members beside header, points and validity bits.
    pub fn others(&self) -> &[Member] {
        &self.others
    }
    /// What was odd about the file, in plain words.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
    /// Number of points.
    pub fn points(&self) -> usize {
        self.columns[2].as_ref().map_or(0, Values::count)
    }
    /// False if the validity bits say that a point was not measured.
    pub fn is_valid(&self, point: usize) -> bool {
        let byte = self.validity.as_ref().map(|bits| bits.get(point / 8).copied().unwrap_or(0));
        byte.is_none_or(|byte| byte >> (point % 8) & 1 == 1)
    }

    /// What record 2 states about the measurement, as name and value; empty fields are left out.
    pub fn stated(&self) -> Vec<(String, String)> {
        let record = self.tree.root().child("Record2");
        let value = |path: &&[&str]| {
            let text = record?.descend(path)?.text();
            (!text.is_empty()).then(|| (path.join("/"), text))
        };
        RECORD_2.iter().filter_map(value).collect()
    }

    /// Reads an X3P file.
    ///
    /// # Errors
    /// [`FormatError`]: everything the header declares is checked against the limits and the bytes there are before
    /// memory is taken for it.
    pub fn read(bytes: &[u8], settings: &ReadSettings) -> Result<Self, FormatError> {
        Self::read_members(bytes, settings, true)
    }

    /// Reads only what a scan needs: masks and vendor members are neither decompressed nor kept.
    pub(super) fn read_points(bytes: &[u8], settings: &ReadSettings) -> Result<Self, FormatError> {
        Self::read_members(bytes, settings, false)
    }

    fn read_members(bytes: &[u8], settings: &ReadSettings, keep_others: bool) -> Result<Self, FormatError> {
        let mut notes = Vec::new();
        let mut archive = Archive::open(bytes, settings)?;
        let main = main_member(archive.names()).ok_or(FormatError::MissingPart { part: "main.xml".into() })?;
        let folder = folder_of(&archive.names()[main]).to_string();
        let xml = archive.read(main)?;
        let mut used = vec![main];

        let checksum_file = archive.position(&format!("{folder}md5checksum.hex"));
        match checksum_file {
            Some(index) => {
                used.push(index);
                let declared = String::from_utf8_lossy(&archive.read(index)?).into_owned();
                let declared = declared.split_whitespace().next().unwrap_or_default();
                check("main.xml", declared, &xml, settings, &mut notes)?;
            }
            None => notes.push("the archive has no md5checksum.hex, so main.xml is unchecked".into()),
        }

        let tree = Tree::parse(&decode(&xml, &mut notes), settings)?;
        drop(xml);
        let header = Header::of(&tree)?;
        let declared = header.dimension.points();
        if declared > u128::from(settings.samples_max) {
            return Err(FormatError::TooManySamples { declared, max: settings.samples_max });
        }
        let points = declared as u64;

        let mut validity = None;
        let columns = match &header.points {
            Some(link) => {
                let index = linked(&archive, &folder, &link.path)?;
                used.push(index);
                binary_points(&mut archive, index, &header, points, settings, &mut notes)?
            }
            None => listed_points(&tree, &header, points, &mut validity)?,
        };
        validity = match &header.valid {
            Some(link) => {
                let index = linked(&archive, &folder, &link.path)?;
                used.push(index);
                Some(validity_bits(&mut archive, index, &header, points, settings, &mut notes)?)
            }
            None => validity,
        };
        let mut others = Vec::new();
        for index in (0..archive.names().len()).filter(|index| keep_others && !used.contains(index)) {
            let name = archive.names()[index].clone();
            let bytes = if name.ends_with('/') { Vec::new() } else { archive.read(index)? };
            others.push(Member { name, bytes });
        }
        Ok(Self { tree, header, columns, validity, folder, others, notes })
    }

    /// Writes the document as an X3P file. Points, validity bits and other members keep every bit; checksums are new.
    ///
    /// # Errors
    /// [`FormatError::Write`].
    pub fn write(&self) -> Result<Vec<u8>, FormatError> {
        let named = |path: &str, bytes| Member { name: format!("{}{path}", self.folder), bytes };
        let mut tree = self.tree.clone();
        let mut data = Vec::new();
        if let Some(link) = &self.header.points {
            let stored: Vec<&Values> = self.columns.iter().flatten().collect();
            let bytes = to_points(&stored);
            tree.root_mut().put(&["Record3", "DataLink", "MD5ChecksumPointData"], &md5_hex(&bytes));
            data.push(named(&link.path, bytes));
        }
        if let (Some(link), Some(bits)) = (&self.header.valid, &self.validity) {
            tree.root_mut().put(&["Record3", "DataLink", "MD5ChecksumValidPoints"], &md5_hex(bits));
            data.push(named(&link.path, bits.clone()));
        }
        let xml = tree.to_text().into_bytes();
        let checksum = format!("{} *main.xml\n", md5_hex(&xml)).into_bytes();
        let mut members = vec![named("main.xml", xml)];
        members.append(&mut data);
        members.extend(self.others.iter().cloned());
        members.push(named("md5checksum.hex", checksum));
        archive::write(&members)
    }
}

/// The `main.xml` nearest to the top of the archive.
fn main_member(names: &[String]) -> Option<usize> {
    let depth = |name: &str| name.matches(['/', '\\']).count();
    let is_main = |name: &str| name.rsplit(['/', '\\']).next() == Some("main.xml") && !name.starts_with("__MACOSX");
    (0..names.len()).filter(|&index| is_main(&names[index])).min_by_key(|&index| depth(&names[index]))
}

fn folder_of(name: &str) -> &str {
    name.strip_suffix("main.xml").unwrap_or_default()
}

/// The member a link names, relative to `main.xml` or, failing that, to the top of the archive.
fn linked(archive: &Archive<'_>, folder: &str, path: &str) -> Result<usize, FormatError> {
    let found = archive.position(&format!("{folder}{path}")).or_else(|| archive.position(path));
    found.ok_or_else(|| FormatError::MissingPart { part: shortened(path) })
}

/// UTF-8, or else Latin-1, which no byte can break.
fn decode(xml: &[u8], notes: &mut Vec<String>) -> String {
    match std::str::from_utf8(xml) {
        Ok(text) => text.to_string(),
        Err(error) => {
            notes.push(format!("main.xml is not UTF-8 at byte {}: read as ISO 8859-1", error.valid_up_to()));
            xml.iter().map(|&byte| char::from(byte)).collect()
        }
    }
}

fn binary_points(
    archive: &mut Archive<'_>,
    index: usize,
    header: &Header,
    points: u64,
    settings: &ReadSettings,
    notes: &mut Vec<String>,
) -> Result<[Option<Values>; 3], FormatError> {
    let member = archive.names()[index].clone();
    let kinds = header.stored_types()?;
    let point_bytes: usize = kinds.iter().map(|kind| kind.bytes()).sum();
    let wrong = |found| FormatError::SampleBytes { declared: points, point_bytes, member: member.clone(), found };
    let needed = points.saturating_mul(point_bytes as u64);
    let claimed = archive.declared(index)?;
    if claimed != needed {
        return Err(wrong(claimed));
    }
    let bytes = archive.read(index)?;
    if bytes.len() as u64 != needed {
        return Err(wrong(bytes.len() as u64));
    }
    let declared = header.points.as_ref().map_or("", |link| &link.md5);
    check(&member, declared, &bytes, settings, notes)?;
    Ok(in_places(from_points(&bytes, &kinds), header))
}

/// Puts the stored columns where their axes are.
pub(super) fn in_places(columns: Vec<Values>, header: &Header) -> [Option<Values>; 3] {
    let mut columns = columns.into_iter();
    header.stored().map(|stored| if stored { columns.next() } else { None })
}

fn validity_bits(
    archive: &mut Archive<'_>,
    index: usize,
    header: &Header,
    points: u64,
    settings: &ReadSettings,
    notes: &mut Vec<String>,
) -> Result<Vec<u8>, FormatError> {
    let member = archive.names()[index].clone();
    let bits = archive.read(index)?;
    let (needed, found) = (points.div_ceil(8), bits.len() as u64);
    if found < needed {
        return Err(FormatError::ValidityBytes { declared: points, needed, member, found });
    }
    if found > needed {
        notes.push(format!("`{member}` holds {found} bytes of validity bits where {needed} are needed"));
    }
    let declared = header.valid.as_ref().map_or("", |link| &link.md5);
    check(&member, declared, &bits, settings, notes)?;
    Ok(bits)
}

/// Compares an MD5 with the declared one: a note, or an error if asked for.
fn check(
    member: &str,
    declared: &str,
    bytes: &[u8],
    settings: &ReadSettings,
    notes: &mut Vec<String>,
) -> Result<(), FormatError> {
    if declared.is_empty() {
        notes.push(format!("the file states no MD5 for `{member}`, so it is unchecked"));
        return Ok(());
    }
    let found = md5_hex(bytes);
    if declared.eq_ignore_ascii_case(&found) {
        return Ok(());
    }
    if settings.checksum_strict {
        return Err(FormatError::Checksum { member: member.into(), declared: shortened(declared), found });
    }
    notes.push(format!("MD5 of `{member}` is {found}, the file says {}", shortened(declared)));
    Ok(())
}

fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
