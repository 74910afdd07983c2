//! Agencies, actors, partitions, incidents, firearms, parts, specimens: made once, found by id, listed by page.

use super::{About, Call, Refusal, Workflow, check, fresh_id, once};
use crate::store::{Once, Record, Step, StoreError, Value, now_micros};
use headstamp_proto::v1;
use prost::Message;
use serde_json::json;

/// A mark's partition is that of its specimen.
const PARTITION_OF_MARK: &str = "(SELECT s.partition_id FROM specimen s WHERE s.id = mark.specimen_id)";

type Filters = Vec<(&'static str, Value)>;

impl Workflow {
    /// The record with this id.
    pub(crate) async fn get<R: Record>(&self, request: &v1::GetRequest) -> Result<R, Refusal> {
        self.existing("id", &request.id).await
    }

    /// A new agency.
    pub(crate) async fn create_agency(&self, call: &Call, r: v1::CreateAgencyRequest) -> Result<v1::Agency, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        check::name("name", &r.name)?;
        let two_letters = r.country.len() == 2 && r.country.bytes().all(|b| b.is_ascii_uppercase());
        if !(r.country.is_empty() || two_letters) {
            let allowed = "two capital letters (ISO 3166-1)".into();
            return Err(Refusal::OutOfBounds { field: "country", value: r.country, allowed });
        }
        let name = r.name.clone();
        let record = v1::Agency { id: fresh_id(), name: r.name, country: r.country, created_at_micros: now_micros() };
        self.create(call, &once, record, name, |name| vec![("name", Value::Text(name))]).await
    }

    /// A new actor.
    pub(crate) async fn create_actor(&self, call: &Call, r: v1::CreateActorRequest) -> Result<v1::Actor, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        check::name("name", &r.name)?;
        let agency: v1::Agency = self.existing("agency_id", &r.agency_id).await?;
        let name = r.name.clone();
        let record = v1::Actor { id: fresh_id(), agency_id: agency.id, name: r.name, created_at_micros: now_micros() };
        self.create(call, &once, record, name, |name| vec![("name", Value::Text(name))]).await
    }

    /// A new partition.
    pub(crate) async fn create_partition(
        &self,
        call: &Call,
        r: v1::CreatePartitionRequest,
    ) -> Result<v1::Partition, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        check::name("name", &r.name)?;
        check::code::<v1::PartitionKind>("kind", r.kind, true)?;
        check::required("legal_basis", &r.legal_basis, check::TEXT_MAX)?;
        let name = r.name.clone();
        let record = v1::Partition {
            id: fresh_id(),
            name: r.name,
            kind: r.kind,
            legal_basis: r.legal_basis,
            created_at_micros: now_micros(),
        };
        self.create(call, &once, record, name, |name| vec![("name", Value::Text(name))]).await
    }

    /// A new incident.
    pub(crate) async fn create_incident(
        &self,
        call: &Call,
        r: v1::CreateIncidentRequest,
    ) -> Result<v1::Incident, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        check::name("reference", &r.reference)?;
        check::text("description", &r.description, check::TEXT_MAX)?;
        check::time("occurred_at_micros", r.occurred_at_micros)?;
        let partition: v1::Partition = self.existing("partition_id", &r.partition_id).await?;
        let agency: v1::Agency = self.existing("agency_id", &r.agency_id).await?;
        let (name, within) = (r.reference.clone(), partition.id.clone());
        let record = v1::Incident {
            id: fresh_id(),
            partition_id: partition.id,
            agency_id: agency.id,
            reference: r.reference,
            occurred_at_micros: r.occurred_at_micros,
            description: r.description,
            created_at_micros: now_micros(),
        };
        self.create(call, &once, record, name, |name| within_partition(within, "reference", name)).await
    }

    /// A new firearm.
    pub(crate) async fn create_firearm(
        &self,
        call: &Call,
        r: v1::CreateFirearmRequest,
    ) -> Result<v1::Firearm, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        check::name("reference", &r.reference)?;
        check::text("make", &r.make, check::NAME_MAX)?;
        check::text("model", &r.model, check::NAME_MAX)?;
        check::text("serial", &r.serial, check::NAME_MAX)?;
        check::calibre(r.calibre.as_ref())?;
        check::characteristics(r.characteristics.as_ref())?;
        let partition: v1::Partition = self.existing("partition_id", &r.partition_id).await?;
        let agency: v1::Agency = self.existing("agency_id", &r.agency_id).await?;
        let (name, within) = (r.reference.clone(), partition.id.clone());
        let record = v1::Firearm {
            id: fresh_id(),
            partition_id: partition.id,
            agency_id: agency.id,
            reference: r.reference,
            make: r.make,
            model: r.model,
            serial: r.serial,
            calibre: r.calibre,
            characteristics: r.characteristics,
            created_at_micros: now_micros(),
        };
        self.create(call, &once, record, name, |name| within_partition(within, "reference", name)).await
    }

    /// A new part of a firearm.
    pub(crate) async fn create_part(&self, call: &Call, r: v1::CreatePartRequest) -> Result<v1::Part, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        check::name("label", &r.label)?;
        check::code::<v1::PartKind>("kind", r.kind, true)?;
        check::time("fitted_at_micros", r.fitted_at_micros)?;
        check::time("removed_at_micros", r.removed_at_micros)?;
        let firearm: v1::Firearm = self.existing("firearm_id", &r.firearm_id).await?;
        let (name, within) = (r.label.clone(), firearm.id.clone());
        let record = v1::Part {
            id: fresh_id(),
            firearm_id: firearm.id,
            kind: r.kind,
            label: r.label,
            fitted_at_micros: r.fitted_at_micros,
            removed_at_micros: r.removed_at_micros,
            created_at_micros: now_micros(),
        };
        let filters = |name| vec![("firearm_id", Value::Text(within)), ("label", Value::Text(name))];
        self.create(call, &once, record, name, filters).await
    }

    /// A new specimen: a test fire of a firearm, or a questioned item of an incident.
    pub(crate) async fn create_specimen(
        &self,
        call: &Call,
        r: v1::CreateSpecimenRequest,
    ) -> Result<v1::Specimen, Refusal> {
        let once = once(call, &r.idempotency_key, &r)?;
        check::name("label", &r.label)?;
        check::text("ammunition", &r.ammunition, check::NAME_MAX)?;
        check::code::<v1::SpecimenKind>("kind", r.kind, false)?;
        check::calibre(r.calibre.as_ref())?;
        check::characteristics(r.characteristics.as_ref())?;
        let partition: v1::Partition = self.existing("partition_id", &r.partition_id).await?;
        let agency: v1::Agency = self.existing("agency_id", &r.agency_id).await?;
        let (name, within) = (r.label.clone(), partition.id.clone());
        let mut record = v1::Specimen {
            id: fresh_id(),
            partition_id: partition.id,
            agency_id: agency.id,
            label: r.label,
            kind: if r.kind == 0 { v1::SpecimenKind::CartridgeCase.into() } else { r.kind },
            firearm_id: check::optional_id("firearm_id", &r.firearm_id)?,
            part_id: check::optional_id("part_id", &r.part_id)?,
            incident_id: check::optional_id("incident_id", &r.incident_id)?,
            calibre: r.calibre,
            characteristics: r.characteristics,
            ammunition: r.ammunition,
            created_at_micros: now_micros(),
        };
        self.fit_source(&mut record).await?;
        self.create(call, &once, record, name, |name| within_partition(within, "label", name)).await
    }

    /// Checks that a specimen's source fits and takes over what is known of it.
    async fn fit_source(&self, specimen: &mut v1::Specimen) -> Result<(), Refusal> {
        if !specimen.firearm_id.is_empty() && !specimen.incident_id.is_empty() {
            return Err(Refusal::TwoSources);
        }
        if !specimen.firearm_id.is_empty() {
            let firearm: v1::Firearm = self.existing("firearm_id", &specimen.firearm_id).await?;
            if firearm.partition_id != specimen.partition_id {
                return Err(Refusal::OtherPartition { kind: v1::Firearm::KIND });
            }
            specimen.calibre = specimen.calibre.take().or(firearm.calibre);
            specimen.characteristics = specimen.characteristics.or(firearm.characteristics);
        }
        if !specimen.incident_id.is_empty() {
            let incident: v1::Incident = self.existing("incident_id", &specimen.incident_id).await?;
            if incident.partition_id != specimen.partition_id {
                return Err(Refusal::OtherPartition { kind: v1::Incident::KIND });
            }
        }
        if !specimen.part_id.is_empty() {
            let part: v1::Part = self.existing("part_id", &specimen.part_id).await?;
            if part.firearm_id != specimen.firearm_id {
                return Err(Refusal::PartOfOtherFirearm { part: part.id });
            }
        }
        Ok(())
    }

    /// Writes a new record. `name` and the columns that `unique` makes of it say who holds the name if it is taken.
    async fn create<R: Record + Message + Default>(
        &self,
        call: &Call,
        once: &Once,
        record: R,
        name: String,
        unique: impl FnOnce(String) -> Filters,
    ) -> Result<R, Refusal> {
        let about = About { subject: record.id().to_owned(), detail: json!({ "name": name }) };
        match self.commit(call, &[Step::Insert(record.row())], about, Some(once), record).await {
            Err(Refusal::Store(StoreError::Taken { .. })) => {
                let holder = self.store.list::<R>(&unique(name.clone()), "", 1).await?.pop();
                let existing = holder.map(|holder| holder.id().to_owned()).unwrap_or_default();
                Err(Refusal::NameTaken { kind: R::KIND, name, existing })
            }
            other => other,
        }
    }

    /// Agencies.
    pub(crate) async fn list_agencies(&self, r: &v1::ListAgenciesRequest) -> Result<v1::ListAgenciesResponse, Refusal> {
        let (agencies, next_page_token) = self.page(r.page.as_ref(), &wanted("name", &r.name)).await?;
        Ok(v1::ListAgenciesResponse { agencies, next_page_token })
    }

    /// Actors.
    pub(crate) async fn list_actors(&self, r: &v1::ListActorsRequest) -> Result<v1::ListActorsResponse, Refusal> {
        let (actors, next_page_token) = self.page(r.page.as_ref(), &wanted("name", &r.name)).await?;
        Ok(v1::ListActorsResponse { actors, next_page_token })
    }

    /// Partitions.
    pub(crate) async fn list_partitions(
        &self,
        r: &v1::ListPartitionsRequest,
    ) -> Result<v1::ListPartitionsResponse, Refusal> {
        let (partitions, next_page_token) = self.page(r.page.as_ref(), &wanted("name", &r.name)).await?;
        Ok(v1::ListPartitionsResponse { partitions, next_page_token })
    }

    /// Incidents.
    pub(crate) async fn list_incidents(
        &self,
        r: &v1::ListIncidentsRequest,
    ) -> Result<v1::ListIncidentsResponse, Refusal> {
        let mut filters = wanted_id("partition_id", &r.partition_id)?;
        filters.extend(wanted("reference", &r.reference));
        let (incidents, next_page_token) = self.page(r.page.as_ref(), &filters).await?;
        Ok(v1::ListIncidentsResponse { incidents, next_page_token })
    }

    /// Firearms.
    pub(crate) async fn list_firearms(&self, r: &v1::ListFirearmsRequest) -> Result<v1::ListFirearmsResponse, Refusal> {
        let mut filters = wanted_id("partition_id", &r.partition_id)?;
        filters.extend(wanted("reference", &r.reference));
        let (firearms, next_page_token) = self.page(r.page.as_ref(), &filters).await?;
        Ok(v1::ListFirearmsResponse { firearms, next_page_token })
    }

    /// Parts.
    pub(crate) async fn list_parts(&self, r: &v1::ListPartsRequest) -> Result<v1::ListPartsResponse, Refusal> {
        let (parts, next_page_token) = self.page(r.page.as_ref(), &wanted_id("firearm_id", &r.firearm_id)?).await?;
        Ok(v1::ListPartsResponse { parts, next_page_token })
    }

    /// Specimens.
    pub(crate) async fn list_specimens(
        &self,
        r: &v1::ListSpecimensRequest,
    ) -> Result<v1::ListSpecimensResponse, Refusal> {
        let mut filters = wanted_id("partition_id", &r.partition_id)?;
        filters.extend(wanted_id("firearm_id", &r.firearm_id)?);
        filters.extend(wanted_id("incident_id", &r.incident_id)?);
        filters.extend(wanted("label", &r.label));
        let (specimens, next_page_token) = self.page(r.page.as_ref(), &filters).await?;
        Ok(v1::ListSpecimensResponse { specimens, next_page_token })
    }

    /// One scan with the ids of its marks.
    pub(crate) async fn get_scan(&self, request: &v1::GetRequest) -> Result<v1::Scan, Refusal> {
        let scan: v1::Scan = self.existing("id", &request.id).await?;
        self.with_marks(scan).await
    }

    /// Scans with the ids of their marks.
    pub(crate) async fn list_scans(&self, r: &v1::ListScansRequest) -> Result<v1::ListScansResponse, Refusal> {
        let mut filters = wanted_id("specimen_id", &r.specimen_id)?;
        if !r.sha256.is_empty() {
            check::sha256("sha256", &r.sha256)?;
            filters.push(("sha256", Value::Blob(r.sha256.clone())));
        }
        let (bare, next_page_token) = self.page::<v1::Scan>(r.page.as_ref(), &filters).await?;
        let mut scans = Vec::with_capacity(bare.len());
        for scan in bare {
            scans.push(self.with_marks(scan).await?);
        }
        Ok(v1::ListScansResponse { scans, next_page_token })
    }

    /// The original bytes of a scan. Evidence that leaves the server leaves an event.
    pub(crate) async fn original(&self, call: &Call, request: &v1::GetRequest) -> Result<Vec<u8>, Refusal> {
        let scan: v1::Scan = self.existing("id", &request.id).await?;
        let digest = super::prepare::digest(&scan.sha256)?;
        let bytes = self.store.blobs.get(digest).await?;
        let about = About { subject: scan.id, detail: json!({ "sha256": digest.to_string() }) };
        self.commit(call, &[], about, None, ()).await?;
        Ok(bytes)
    }

    /// Marks.
    pub(crate) async fn list_marks(&self, r: &v1::ListMarksRequest) -> Result<v1::ListMarksResponse, Refusal> {
        let mut filters = wanted_id("specimen_id", &r.specimen_id)?;
        filters.extend(wanted_id(PARTITION_OF_MARK, &r.partition_id)?);
        let (marks, next_page_token) = self.page(r.page.as_ref(), &filters).await?;
        Ok(v1::ListMarksResponse { marks, next_page_token })
    }

    pub(super) async fn with_marks(&self, mut scan: v1::Scan) -> Result<v1::Scan, Refusal> {
        scan.mark_ids = self.store.marks_of_scan(&scan.id).await?;
        Ok(scan)
    }
}

fn within_partition(partition: String, column: &'static str, name: String) -> Filters {
    vec![("partition_id", Value::Text(partition)), (column, Value::Text(name))]
}

/// Records with this exact text; empty = all.
fn wanted(column: &'static str, value: &str) -> Filters {
    if value.is_empty() { Vec::new() } else { vec![(column, Value::Text(value.to_owned()))] }
}

/// Records with this id; empty = all.
fn wanted_id(column: &'static str, value: &str) -> Result<Filters, Refusal> {
    let field = if column == PARTITION_OF_MARK { "partition_id" } else { column };
    Ok(wanted(column, &check::optional_id(field, value)?))
}
