//! A mark in short, with what is known of its scan and specimen: its card.

use super::{Store, StoreError};
use headstamp_engine::ids::{Digest, MarkId};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::HashMap;
use uuid::Uuid;

/// Marks asked for in one statement.
const MARKS_AT_ONCE: usize = 500;
/// Everything a card holds.
const CARDS: &str = "SELECT m.id AS mark_id, m.kind AS kind, m.method AS method, \
    m.template_sha256 AS template_sha256, m.scan_id AS scan_id, c.sha256 AS scan_sha256, \
    m.specimen_id AS specimen_id, s.partition_id AS partition_id, s.calibre_code AS calibre_code, \
    s.breech_face AS breech_face, s.firing_pin AS firing_pin, s.land_count AS land_count, s.twist AS twist, \
    m.land AS land, m.direction AS direction, m.sequence AS sequence \
    FROM mark m JOIN scan c ON c.id = m.scan_id JOIN specimen s ON s.id = m.specimen_id";

/// A mark in short.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    /// The mark.
    pub(crate) mark: MarkId,
    /// Wire value of its kind.
    pub(crate) kind: i32,
    /// Method that prepared it.
    pub(crate) method: String,
    /// Its template.
    pub(crate) template: Digest,
    /// Its scan.
    pub(crate) scan: Uuid,
    /// Its scan's bytes.
    pub(crate) scan_sha256: Digest,
    /// Its specimen.
    pub(crate) specimen: Uuid,
    /// Its partition.
    pub(crate) partition: Uuid,
    /// Calibre code; empty = undetermined.
    pub(crate) calibre: String,
    /// Wire value of the breech face class; 0 = undetermined.
    pub(crate) breech_face: i32,
    /// Wire value of the firing pin shape; 0 = undetermined.
    pub(crate) firing_pin: i32,
    /// Lands of its specimen's rifling; 0 = undetermined.
    pub(crate) land_count: i32,
    /// Wire value of its specimen's twist; 0 = undetermined.
    pub(crate) twist: i32,
    /// Number of the land, from 1; 0 = not numbered.
    pub(crate) land: i32,
    /// Wire value of how the scan lies; 0 = not declared.
    pub(crate) direction: i32,
    /// The event that wrote it.
    pub(crate) sequence: i64,
}

/// Where a specimen comes from, for people.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) label: String,
    /// Each: empty if unknown.
    pub(crate) firearm_id: String,
    pub(crate) firearm_reference: String,
    pub(crate) part_id: String,
    pub(crate) incident_id: String,
    pub(crate) incident_reference: String,
}

impl Store {
    /// Where a specimen comes from.
    pub(crate) async fn source_of(&self, specimen: &str) -> Result<Source, StoreError> {
        let row = sqlx::query(
            "SELECT s.label AS label, s.firearm_id AS firearm_id, f.reference AS firearm_reference, \
             s.part_id AS part_id, s.incident_id AS incident_id, i.reference AS incident_reference \
             FROM specimen s LEFT JOIN firearm f ON f.id = s.firearm_id LEFT JOIN incident i ON i.id = s.incident_id \
             WHERE s.id = $1",
        )
        .bind(specimen.to_owned())
        .fetch_one(&self.pool)
        .await?;
        let text = |column: &str| row.try_get::<Option<String>, _>(column).map(Option::unwrap_or_default);
        Ok(Source {
            label: row.try_get("label")?,
            firearm_id: text("firearm_id")?,
            firearm_reference: text("firearm_reference")?,
            part_id: text("part_id")?,
            incident_id: text("incident_id")?,
            incident_reference: text("incident_reference")?,
        })
    }

    /// Cards of the marks written after event `after`, in the order of writing, at most `count` of them and then the
    /// rest of the last event's.
    pub(crate) async fn cards_after(&self, after: i64, count: i64) -> Result<Vec<Card>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{CARDS} WHERE m.sequence > $1 AND m.sequence <= (SELECT max(l.sequence) FROM \
             (SELECT sequence FROM mark WHERE sequence > $1 ORDER BY sequence LIMIT $2) l) \
             ORDER BY m.sequence, m.id",
        )))
        .bind(after)
        .bind(count)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// The cards of a specimen's marks of one kind, in the order of their ids.
    pub(crate) async fn cards_of_specimen(&self, specimen: Uuid, kind: i32) -> Result<Vec<Card>, StoreError> {
        let sql = AssertSqlSafe(format!("{CARDS} WHERE m.specimen_id = $1 AND m.kind = $2 ORDER BY m.id"));
        let query = sqlx::query(sql).bind(specimen.to_string()).bind(i64::from(kind));
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// The card of a mark.
    pub(crate) async fn card(&self, mark: MarkId) -> Result<Option<Card>, StoreError> {
        Ok(self.cards_of(&[mark]).await?.remove(&mark))
    }

    /// The cards of some marks.
    pub(crate) async fn cards_of(&self, marks: &[MarkId]) -> Result<HashMap<MarkId, Card>, StoreError> {
        let mut cards = HashMap::with_capacity(marks.len());
        for marks in marks.chunks(MARKS_AT_ONCE) {
            let places: Vec<String> = (1..=marks.len()).map(|place| format!("${place}")).collect();
            let sql = AssertSqlSafe(format!("{CARDS} WHERE m.id IN ({})", places.join(", ")));
            let query = marks.iter().fold(sqlx::query(sql), |query, mark| query.bind(mark.to_string()));
            for row in &query.fetch_all(&self.pool).await? {
                let card = read(row)?;
                cards.insert(card.mark, card);
            }
        }
        Ok(cards)
    }
}

fn read(row: &AnyRow) -> Result<Card, StoreError> {
    Ok(Card {
        mark: MarkId(id(row, "mark_id")?),
        kind: small(row, "kind")?,
        method: row.try_get("method")?,
        template: digest(row, "template_sha256")?,
        scan: id(row, "scan_id")?,
        scan_sha256: digest(row, "scan_sha256")?,
        specimen: id(row, "specimen_id")?,
        partition: id(row, "partition_id")?,
        calibre: row.try_get("calibre_code")?,
        breech_face: small(row, "breech_face")?,
        firing_pin: small(row, "firing_pin")?,
        land_count: small(row, "land_count")?,
        twist: small(row, "twist")?,
        land: small(row, "land")?,
        direction: small(row, "direction")?,
        sequence: row.try_get("sequence")?,
    })
}

fn damaged(column: &str, found: impl std::fmt::Display) -> StoreError {
    StoreError::DamagedRow { table: "mark", reason: format!("{column} holds {found}") }
}

fn id(row: &AnyRow, column: &str) -> Result<Uuid, StoreError> {
    let text: String = row.try_get(column)?;
    Uuid::parse_str(&text).map_err(|_| damaged(column, text))
}

fn small(row: &AnyRow, column: &str) -> Result<i32, StoreError> {
    let number: i64 = row.try_get(column)?;
    i32::try_from(number).map_err(|_| damaged(column, number))
}

fn digest(row: &AnyRow, column: &str) -> Result<Digest, StoreError> {
    let bytes: Vec<u8> = row.try_get(column)?;
    let length = bytes.len();
    bytes.try_into().map(Digest).map_err(|_| damaged(column, format_args!("{length} bytes")))
}
