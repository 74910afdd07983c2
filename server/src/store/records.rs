//! One [`Record`] a table: which column holds which field.

use super::record::{Record, RecordKind, Value};
use headstamp_proto::v1;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// NULL as empty text.
fn reference(row: &AnyRow, column: &str) -> Result<String, sqlx::Error> {
    Ok(row.try_get::<Option<String>, _>(column)?.unwrap_or_default())
}

/// A whole number as an enum's wire value.
fn code(row: &AnyRow, column: &'static str) -> Result<i32, sqlx::Error> {
    narrow(row.try_get::<i64, _>(column)?, column)
}

/// A whole number in a narrower type.
fn narrow<T: TryFrom<i64>>(number: i64, column: &'static str) -> Result<T, sqlx::Error> {
    T::try_from(number).map_err(|_| sqlx::Error::Decode(format!("{column} holds {number}").into()))
}

fn calibre(row: &AnyRow) -> Result<Option<v1::Calibre>, sqlx::Error> {
    let calibre = v1::Calibre { code: row.try_get("calibre_code")?, verbatim: row.try_get("calibre_verbatim")? };
    Ok((calibre != v1::Calibre::default()).then_some(calibre))
}

fn characteristics(row: &AnyRow) -> Result<Option<v1::ClassCharacteristics>, sqlx::Error> {
    let rifling = v1::Rifling {
        land_count: narrow(row.try_get("land_count")?, "land_count")?,
        twist: code(row, "twist")?,
        basis: code(row, "rifling_basis")?,
        land_width_micrometres: row.try_get("land_width_micrometres")?,
        groove_width_micrometres: row.try_get("groove_width_micrometres")?,
    };
    let class = v1::ClassCharacteristics {
        breech_face: code(row, "breech_face")?,
        firing_pin: code(row, "firing_pin")?,
        rifling: (rifling != v1::Rifling::default()).then_some(rifling),
    };
    Ok((class != v1::ClassCharacteristics::default()).then_some(class))
}

/// Values of the columns of calibre and class.
fn class_values(calibre: Option<&v1::Calibre>, class: Option<&v1::ClassCharacteristics>) -> [Value; 9] {
    let calibre = calibre.cloned().unwrap_or_default();
    let class = class.copied().unwrap_or_default();
    let rifling = class.rifling.unwrap_or_default();
    [
        Value::Text(calibre.code),
        Value::Text(calibre.verbatim),
        Value::Whole(class.breech_face.into()),
        Value::Whole(class.firing_pin.into()),
        Value::Whole(rifling.land_count.into()),
        Value::Whole(rifling.twist.into()),
        Value::Whole(rifling.basis.into()),
        Value::RealOrNull(rifling.land_width_micrometres),
        Value::RealOrNull(rifling.groove_width_micrometres),
    ]
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

impl Record for v1::Agency {
    const KIND: RecordKind = RecordKind::Agency;
    const TABLE: &'static str = "agency";
    const COLUMNS: &'static [&'static str] = &["id", "name", "country", "created_at_micros"];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![text(&self.id), text(&self.name), text(&self.country), Value::Whole(self.created_at_micros)]
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            country: row.try_get("country")?,
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Actor {
    const KIND: RecordKind = RecordKind::Actor;
    const TABLE: &'static str = "actor";
    const COLUMNS: &'static [&'static str] = &["id", "agency_id", "name", "created_at_micros"];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![text(&self.id), text(&self.agency_id), text(&self.name), Value::Whole(self.created_at_micros)]
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            agency_id: row.try_get("agency_id")?,
            name: row.try_get("name")?,
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Partition {
    const KIND: RecordKind = RecordKind::Partition;
    const TABLE: &'static str = "evidence_partition";
    const COLUMNS: &'static [&'static str] = &["id", "name", "kind", "legal_basis", "created_at_micros"];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![
            text(&self.id),
            text(&self.name),
            Value::Whole(self.kind.into()),
            text(&self.legal_basis),
            Value::Whole(self.created_at_micros),
        ]
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            kind: code(row, "kind")?,
            legal_basis: row.try_get("legal_basis")?,
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Incident {
    const KIND: RecordKind = RecordKind::Incident;
    const TABLE: &'static str = "incident";
    const COLUMNS: &'static [&'static str] =
        &["id", "partition_id", "agency_id", "reference", "occurred_at_micros", "description", "created_at_micros"];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![
            text(&self.id),
            text(&self.partition_id),
            text(&self.agency_id),
            text(&self.reference),
            Value::Whole(self.occurred_at_micros),
            text(&self.description),
            Value::Whole(self.created_at_micros),
        ]
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            partition_id: row.try_get("partition_id")?,
            agency_id: row.try_get("agency_id")?,
            reference: row.try_get("reference")?,
            occurred_at_micros: row.try_get("occurred_at_micros")?,
            description: row.try_get("description")?,
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Firearm {
    const KIND: RecordKind = RecordKind::Firearm;
    const TABLE: &'static str = "firearm";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "partition_id",
        "agency_id",
        "reference",
        "make",
        "model",
        "serial",
        "calibre_code",
        "calibre_verbatim",
        "breech_face",
        "firing_pin",
        "land_count",
        "twist",
        "rifling_basis",
        "land_width_micrometres",
        "groove_width_micrometres",
        "created_at_micros",
    ];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        let mut values: Vec<Value> =
            [&self.id, &self.partition_id, &self.agency_id, &self.reference, &self.make, &self.model, &self.serial]
                .map(|field| text(field))
                .into();
        values.extend(class_values(self.calibre.as_ref(), self.characteristics.as_ref()));
        values.push(Value::Whole(self.created_at_micros));
        values
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            partition_id: row.try_get("partition_id")?,
            agency_id: row.try_get("agency_id")?,
            reference: row.try_get("reference")?,
            make: row.try_get("make")?,
            model: row.try_get("model")?,
            serial: row.try_get("serial")?,
            calibre: calibre(row)?,
            characteristics: characteristics(row)?,
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Part {
    const KIND: RecordKind = RecordKind::Part;
    const TABLE: &'static str = "part";
    const COLUMNS: &'static [&'static str] =
        &["id", "firearm_id", "kind", "label", "fitted_at_micros", "removed_at_micros", "created_at_micros"];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![
            text(&self.id),
            text(&self.firearm_id),
            Value::Whole(self.kind.into()),
            text(&self.label),
            Value::Whole(self.fitted_at_micros),
            Value::Whole(self.removed_at_micros),
            Value::Whole(self.created_at_micros),
        ]
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            firearm_id: row.try_get("firearm_id")?,
            kind: code(row, "kind")?,
            label: row.try_get("label")?,
            fitted_at_micros: row.try_get("fitted_at_micros")?,
            removed_at_micros: row.try_get("removed_at_micros")?,
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Specimen {
    const KIND: RecordKind = RecordKind::Specimen;
    const TABLE: &'static str = "specimen";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "partition_id",
        "agency_id",
        "label",
        "kind",
        "firearm_id",
        "part_id",
        "incident_id",
        "calibre_code",
        "calibre_verbatim",
        "breech_face",
        "firing_pin",
        "land_count",
        "twist",
        "rifling_basis",
        "land_width_micrometres",
        "groove_width_micrometres",
        "ammunition",
        "created_at_micros",
    ];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        let mut values = vec![
            text(&self.id),
            text(&self.partition_id),
            text(&self.agency_id),
            text(&self.label),
            Value::Whole(self.kind.into()),
            Value::reference(&self.firearm_id),
            Value::reference(&self.part_id),
            Value::reference(&self.incident_id),
        ];
        values.extend(class_values(self.calibre.as_ref(), self.characteristics.as_ref()));
        values.push(text(&self.ammunition));
        values.push(Value::Whole(self.created_at_micros));
        values
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            partition_id: row.try_get("partition_id")?,
            agency_id: row.try_get("agency_id")?,
            label: row.try_get("label")?,
            kind: code(row, "kind")?,
            firearm_id: reference(row, "firearm_id")?,
            part_id: reference(row, "part_id")?,
            incident_id: reference(row, "incident_id")?,
            calibre: calibre(row)?,
            characteristics: characteristics(row)?,
            ammunition: row.try_get("ammunition")?,
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Scan {
    const KIND: RecordKind = RecordKind::Scan;
    const TABLE: &'static str = "scan";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "specimen_id",
        "sha256",
        "total_bytes",
        "file_name",
        "instrument",
        "format",
        "notes",
        "created_at_micros",
    ];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![
            text(&self.id),
            text(&self.specimen_id),
            Value::Blob(self.sha256.clone()),
            // A file is far shorter than 2^63 bytes: the limits say so.
            Value::Whole(self.total_bytes as i64),
            text(&self.file_name),
            text(&self.instrument),
            text(&self.format),
            Value::Text(self.notes.join("\n")),
            Value::Whole(self.created_at_micros),
        ]
    }
    /// `mark_ids` are not in the row: [`crate::store::Store::marks_of_scan`] adds them.
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            specimen_id: row.try_get("specimen_id")?,
            sha256: row.try_get("sha256")?,
            total_bytes: narrow(row.try_get("total_bytes")?, "total_bytes")?,
            file_name: row.try_get("file_name")?,
            instrument: row.try_get("instrument")?,
            format: row.try_get("format")?,
            notes: row.try_get::<String, _>("notes")?.lines().map(str::to_owned).collect(),
            mark_ids: Vec::new(),
            created_at_micros: row.try_get("created_at_micros")?,
        })
    }
}

impl Record for v1::Mark {
    const KIND: RecordKind = RecordKind::Mark;
    const TABLE: &'static str = "mark";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "scan_id",
        "specimen_id",
        "kind",
        "method",
        "map_rows",
        "map_cols",
        "pitch_micrometres",
        "sq_micrometres",
        "coverage",
        "origin",
        "grade",
        "template_sha256",
        "created_at_micros",
        "land",
        "direction",
        "sequence",
    ];
    fn id(&self) -> &str {
        &self.id
    }
    fn values(&self) -> Vec<Value> {
        vec![
            text(&self.id),
            text(&self.scan_id),
            text(&self.specimen_id),
            Value::Whole(self.kind.into()),
            text(&self.method),
            Value::Whole(self.rows.into()),
            Value::Whole(self.cols.into()),
            Value::Real(self.pitch_micrometres),
            Value::Real(self.sq_micrometres),
            Value::Real(self.coverage),
            text(&self.origin),
            text(&self.grade),
            Value::Blob(self.template_sha256.clone()),
            Value::Whole(self.created_at_micros),
            Value::Whole(self.land.into()),
            Value::Whole(self.direction.into()),
            Value::Sequence,
        ]
    }
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            scan_id: row.try_get("scan_id")?,
            specimen_id: row.try_get("specimen_id")?,
            kind: code(row, "kind")?,
            method: row.try_get("method")?,
            rows: narrow(row.try_get("map_rows")?, "map_rows")?,
            cols: narrow(row.try_get("map_cols")?, "map_cols")?,
            pitch_micrometres: row.try_get("pitch_micrometres")?,
            sq_micrometres: row.try_get("sq_micrometres")?,
            coverage: row.try_get("coverage")?,
            origin: row.try_get("origin")?,
            grade: row.try_get("grade")?,
            template_sha256: row.try_get("template_sha256")?,
            created_at_micros: row.try_get("created_at_micros")?,
            land: narrow(row.try_get("land")?, "land")?,
            direction: code(row, "direction")?,
        })
    }
}
