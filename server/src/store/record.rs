//! What the store needs to know of a kind of record, and the one way rows are inserted, read and listed.
//!
//! Records are the plain messages of the interface (`headstamp_proto::v1`): one set of types from wire to table.

use super::StoreError;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::fmt::Write as _;

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// Text or NULL.
    Reference(Option<String>),
    /// Whole number.
    Whole(i64),
    /// Number.
    Real(f64),
    /// Number or NULL.
    RealOrNull(Option<f64>),
    /// Bytes.
    Blob(Vec<u8>),
    /// The sequence of the transaction that writes the row.
    Sequence,
}

impl Value {
    /// An id that may be absent: empty text is NULL.
    pub(crate) fn reference(id: &str) -> Self {
        Self::Reference((!id.is_empty()).then(|| id.to_owned()))
    }
}

/// A row to insert.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Table.
    pub(crate) table: &'static str,
    /// Columns in the order of `values`.
    pub(crate) columns: &'static [&'static str],
    /// One value a column.
    pub(crate) values: Vec<Value>,
}

/// Names of the kinds of record that a client can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordKind {
    /// A laboratory, police force or manufacturer.
    Agency,
    /// Someone who acts for an agency.
    Actor,
    /// A body of records with one legal basis.
    Partition,
    /// A crime event.
    Incident,
    /// A firearm.
    Firearm,
    /// A part of a firearm.
    Part,
    /// A cartridge case or bullet.
    Specimen,
    /// An announced file.
    Upload,
    /// A file of a specimen.
    Scan,
    /// A mark of a scan.
    Mark,
    /// A stored search.
    Search,
    /// A stored comparison.
    Comparison,
}

/// A kind of record with an `id` column.
pub(crate) trait Record: Sized {
    /// Its name.
    const KIND: RecordKind;
    /// Table.
    const TABLE: &'static str;
    /// Columns; the first one is `id`.
    const COLUMNS: &'static [&'static str];
    /// Its id.
    fn id(&self) -> &str;
    /// One value a column.
    fn values(&self) -> Vec<Value>;
    /// The record of a row.
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error>;
    /// The row of the record.
    fn row(&self) -> Row {
        Row { table: Self::TABLE, columns: Self::COLUMNS, values: self.values() }
    }
}

type AnyQuery<'q> = Query<'q, Any, AnyArguments>;

/// Binds a value; `sequence` stands in for [`Value::Sequence`].
pub(crate) fn bind<'q>(query: AnyQuery<'q>, value: &Value, sequence: i64) -> AnyQuery<'q> {
    match value {
        Value::Text(text) => query.bind(text.clone()),
        Value::Reference(text) => query.bind(text.clone()),
        Value::Whole(number) => query.bind(*number),
        Value::Real(number) => query.bind(*number),
        Value::RealOrNull(number) => query.bind(*number),
        Value::Blob(bytes) => query.bind(bytes.clone()),
        Value::Sequence => query.bind(sequence),
    }
}

/// Inserts a row.
pub(crate) async fn insert(connection: &mut AnyConnection, row: &Row, sequence: i64) -> Result<(), StoreError> {
    let mut sql = format!("INSERT INTO {} ({}) VALUES (", row.table, row.columns.join(", "));
    for place in 1..=row.columns.len() {
        let comma = if place == 1 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(sql, "{comma}${place}");
    }
    sql.push(')');
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in &row.values {
        query = bind(query, value, sequence);
    }
    query.execute(connection).await.map(drop).map_err(|error| taken(row.table, error))
}

/// Tells a broken rule of uniqueness from other errors.
fn taken(table: &'static str, error: sqlx::Error) -> StoreError {
    let unique = error.as_database_error().is_some_and(|error| error.is_unique_violation());
    if unique { StoreError::Taken { table } } else { StoreError::Database(error) }
}

/// Rows where every column of `filters` has its value, in the order of their ids, after the id `after`.
pub(crate) async fn list<R: Record>(
    pool: &sqlx::AnyPool,
    filters: &[(&'static str, Value)],
    after: &str,
    count: i64,
) -> Result<Vec<R>, StoreError> {
    let mut sql = format!("SELECT {} FROM {} WHERE id > $1", R::COLUMNS.join(", "), R::TABLE);
    for (place, (column, _)) in filters.iter().enumerate() {
        let _ = write!(sql, " AND {column} = ${}", place + 2);
    }
    let _ = write!(sql, " ORDER BY id LIMIT ${}", filters.len() + 2);
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(after.to_owned());
    for (_, value) in filters {
        query = bind(query, value, 0);
    }
    let rows = query.bind(count).fetch_all(pool).await?;
    rows.iter().map(R::read).collect::<Result<_, _>>().map_err(StoreError::Database)
}
