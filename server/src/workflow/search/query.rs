//! What is searched for: a stored mark, a stored bullet, a file sent along, or an upload without a specimen.

use super::super::compare::mark_id;
use super::super::prepare::{ReadFile, digest};
use super::super::upload::pixel;
use super::super::{Call, Refusal, Workflow, check, ingest};
use crate::store::Upload;
use crate::wire;
use headstamp_engine::bullets::{BulletLands, Land, Wanted};
use headstamp_engine::ids::{Digest, MarkId};
use headstamp_engine::marks::MarkKind;
use headstamp_engine::prepared::{Kind, Prepared};
use headstamp_engine::striae;
use headstamp_engine::striae::retrieval::BulletId;
use headstamp_engine::template::Template;
use headstamp_proto::v1;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;
use v1::search_request::Query as Asked;

/// What is searched for.
pub(super) struct Query {
    pub(super) kind: Kind,
    pub(super) asked: Subject,
    /// The stored mark; empty for a file and a bullet.
    pub(super) mark_id: String,
    /// The stored bullet; empty for all else.
    pub(super) specimen_id: String,
    /// The scan of the stored mark: its own marks are never candidates.
    pub(super) scan: Option<Uuid>,
    /// Its specimen.
    pub(super) specimen: Option<Uuid>,
    /// With which instrument it was measured; empty if nobody said.
    pub(super) instrument: String,
    /// The file.
    pub(super) sha256: Digest,
    /// What an examiner should know of it.
    pub(super) notes: Vec<String>,
    /// The upload to close, if one was used.
    pub(super) upload: Option<String>,
}

/// What candidates are compared with.
pub(super) enum Subject {
    /// An impression.
    Impression(Arc<Template>),
    /// A striated mark, or all lands of a bullet.
    Lands(Arc<BulletLands>, Wanted),
}

impl Subject {
    /// Method and version that prepared it.
    pub(super) fn method(&self) -> &str {
        match self {
            Self::Impression(template) => &template.method,
            Self::Lands(lands, _) => lands.lands.first().map_or(striae::ID, |land| &land.signature.method),
        }
    }

    /// Lands of the rifling of a bullet that is searched for, if they were counted.
    pub(super) fn ring(&self) -> Option<usize> {
        match self {
            Self::Lands(lands, Wanted::Bullets) => lands.ring,
            Self::Lands(_, Wanted::Marks) | Self::Impression(_) => None,
        }
    }
}

impl Workflow {
    /// Reads what a request asks about.
    pub(super) async fn query(&self, call: &Call, r: &v1::SearchRequest) -> Result<Query, Refusal> {
        let kind = match r.kind {
            0 => Kind::Impressed(MarkKind::BreechFaceImpression),
            value => wire::mark_kind(value).ok_or(Refusal::UnknownEnumValue { field: "kind", value })?,
        };
        match r.query.as_ref().ok_or(Refusal::FieldMissing { field: "query" })? {
            Asked::MarkId(id) => self.stored_mark(id).await,
            Asked::Scan(scan) => {
                check::text("scan.file_name", &scan.file_name, check::NAME_MAX)?;
                check::text("scan.instrument", &scan.instrument, check::NAME_MAX)?;
                pixel("scan.pixel_micrometres", scan.pixel_micrometres)?;
                let (bytes, max) = (scan.data.len() as u64, self.limits.file_bytes);
                if bytes > max {
                    return Err(Refusal::FileTooLarge { bytes, max });
                }
                let bytes = Arc::new(scan.data.clone());
                let sha256 = self.hash(call, &bytes).await?;
                check::code::<v1::ScanDirection>("scan.direction", scan.direction, false)?;
                let said = Said {
                    pixel_micrometres: scan.pixel_micrometres,
                    instrument: &scan.instrument,
                    direction: scan.direction,
                };
                self.file(call, kind, bytes, sha256, said).await
            }
            Asked::SpecimenId(id) => self.stored_bullet(id).await,
            Asked::UploadId(id) => self.upload(call, kind, id).await,
        }
    }

    async fn stored_mark(&self, id: &str) -> Result<Query, Refusal> {
        let mark: v1::Mark = self.existing("mark_id", id).await?;
        let scan: v1::Scan = self.existing("scan_id", &mark.scan_id).await?;
        let prepared = self.prepared(&mark).await?;
        let outdated = || Refusal::MethodOutdated {
            mark: mark.id.clone(),
            method: mark.method.clone(),
            newest: prepared.kind().method(),
        };
        let asked = match &*prepared {
            Prepared::Impression(template) => Subject::Impression(Arc::new(template.clone())),
            Prepared::Striae(_) => {
                let lands = self.lands().of_mark(mark_id(&mark)?).await?.ok_or_else(outdated)?;
                Subject::Lands(Arc::new(lands), Wanted::Marks)
            }
        };
        Ok(Query {
            kind: prepared.kind(),
            notes: ingest::quality(&prepared).into_iter().collect(),
            asked,
            scan: Uuid::try_parse(&mark.scan_id).ok(),
            specimen: Uuid::try_parse(&mark.specimen_id).ok(),
            mark_id: mark.id,
            specimen_id: String::new(),
            instrument: scan.instrument,
            sha256: digest(&scan.sha256)?,
            upload: None,
        })
    }

    /// A bullet by all of its lands.
    async fn stored_bullet(&self, id: &str) -> Result<Query, Refusal> {
        let specimen: v1::Specimen = self.existing("specimen_id", id).await?;
        let (lands, cards) = self.bullet(&specimen.id).await?;
        let mut notes: Vec<String> = cards
            .iter()
            .zip(&lands.lands)
            .filter_map(|(card, land)| {
                let note = ingest::quality(&Prepared::Striae(land.signature.clone()))?;
                Some(format!(
                    "land {}: {note}",
                    if card.land == 0 { "without number".into() } else { card.land.to_string() }
                ))
            })
            .collect();
        notes.extend(numbering(&lands));
        let scans: Vec<u8> = cards.iter().flat_map(|card| card.scan_sha256.0).collect();
        Ok(Query {
            kind: Kind::LAND,
            notes,
            asked: Subject::Lands(Arc::new(lands), Wanted::Bullets),
            scan: None,
            specimen: Uuid::try_parse(&specimen.id).ok(),
            mark_id: String::new(),
            specimen_id: specimen.id,
            instrument: String::new(),
            sha256: Digest::of(&scans),
            upload: None,
        })
    }

    async fn upload(&self, call: &Call, kind: Kind, id: &str) -> Result<Query, Refusal> {
        let upload: Upload = self.existing("upload_id", id).await?;
        if !upload.specimen_id.is_empty() {
            return Err(Refusal::UploadIsEvidence);
        }
        let sha256 = digest(&upload.sha256)?;
        let bytes = if upload.finished {
            Arc::new(self.store.blobs.get(sha256).await?)
        } else {
            self.arrived(call, &upload).await?
        };
        let said = Said {
            pixel_micrometres: upload.pixel_micrometres,
            instrument: &upload.instrument,
            direction: i32::try_from(upload.direction).unwrap_or(0),
        };
        let query = self.file(call, kind, bytes, sha256, said).await?;
        Ok(Query { upload: Some(upload.id), ..query })
    }

    /// Prepares the mark of a file and keeps the file, so that the search can be repeated.
    async fn file(
        &self,
        call: &Call,
        kind: Kind,
        bytes: Arc<Vec<u8>>,
        sha256: Digest,
        said: Said<'_>,
    ) -> Result<Query, Refusal> {
        let ReadFile { mut notes, marks, instrument: of_file, .. } =
            self.prepare(call, &bytes, vec![kind], said.pixel_micrometres).await?;
        let found = marks.into_iter().next().ok_or(Refusal::Broken { what: "the preparation of a mark" })?;
        let prepared = found.1?;
        let instrument = ingest::stated(said.instrument, of_file, &mut notes);
        notes.extend(ingest::quality(&prepared));
        let bytes = Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec());
        self.store.blobs.put(sha256, bytes).await?;
        let asked = match prepared {
            Prepared::Impression(template) => Subject::Impression(Arc::new(template)),
            Prepared::Striae(signature) => {
                let declared = wire::lands::declared(said.direction, &signature);
                // It is no record: the ids only have to differ from all others.
                let land = Land { mark: MarkId::generate(), place: None, signature, declared };
                let lands = BulletLands { bullet: BulletId(Uuid::nil()), ring: None, lands: vec![land] };
                Subject::Lands(Arc::new(lands), Wanted::Marks)
            }
        };
        let (mark_id, specimen_id) = (String::new(), String::new());
        let (scan, specimen, upload) = (None, None, None);
        Ok(Query { kind, asked, mark_id, specimen_id, scan, specimen, instrument, sha256, notes, upload })
    }
}

/// What a sender says of a file to search with.
struct Said<'a> {
    pixel_micrometres: Option<f64>,
    instrument: &'a str,
    direction: i32,
}

/// What an examiner should know of how a bullet's lands are numbered.
fn numbering(lands: &BulletLands) -> Option<String> {
    let numbered: HashSet<usize> = lands.lands.iter().filter_map(|land| land.place).collect();
    let count = lands.lands.len();
    match lands.ring {
        None => Some(format!(
            "nobody counted the lands of this bullet: each of its {count} lands is compared alone, without a phase"
        )),
        Some(ring) if numbered.is_empty() => {
            Some(format!("none of the {count} lands (of {ring}) is numbered: each is compared alone, without a phase"))
        }
        Some(ring) if numbered.len() < ring => {
            Some(format!("{} of the {ring} lands are there; the others are left out", numbered.len()))
        }
        Some(_) => None,
    }
}
