//! Records a scan needs before it can come: made once, found again by their names.
//!
//! Idempotency keys are the SHA-256 of what is asked for, so that a repeated run asks the same thing under the same key.

use super::{Client, failure};
use anyhow::{Context, Result};
use headstamp_engine::ids::Digest;
use headstamp_proto::EXISTING_ID_METADATA;
use headstamp_proto::v1::{self, PartitionKind};
use std::collections::BTreeMap;
use tonic::{Code, Status};

/// Where scans go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Name of the partition.
    pub(crate) partition: String,
    /// What the partition holds, if it has to be made.
    pub(crate) kind: PartitionKind,
}

/// The specimen a scan shows.
#[derive(Clone, Debug)]
pub(crate) struct Specimen {
    /// Where it is kept.
    pub(crate) place: Place,
    /// Its number; unique in the partition.
    pub(crate) label: String,
    /// The firearm that fired it, if known.
    pub(crate) firearm: Option<String>,
    /// The incident it belongs to, if questioned.
    pub(crate) incident: Option<String>,
    /// What it is.
    pub(crate) what: What,
}

/// What a specimen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A cartridge case.
    CartridgeCase,
    /// A bullet.
    Bullet {
        /// Lands of its rifling as its sender declares them; 0 = undetermined.
        land_count: u32,
    },
}

impl What {
    /// What of this stands in the request for a specimen.
    fn put(self, request: &mut v1::CreateSpecimenRequest) {
        let Self::Bullet { land_count } = self else { return };
        request.kind = v1::SpecimenKind::Bullet.into();
        // The key of a bullet says what it is; that of a cartridge case is what it was before there were bullets.
        request.idempotency_key = key(&[&request.idempotency_key, "bullet", &land_count.to_string()]);
        if land_count > 0 {
            let basis = v1::RiflingBasis::Declared.into();
            let rifling = v1::Rifling { land_count, basis, ..Default::default() };
            request.characteristics = Some(v1::ClassCharacteristics { rifling: Some(rifling), ..Default::default() });
        }
    }
}

/// Ids of records already made or found in this run.
#[derive(Debug, Default)]
pub(crate) struct Known(BTreeMap<String, String>);

/// A key that says what is asked for.
pub(super) fn key(parts: &[&str]) -> String {
    Digest::of(parts.join("\u{1f}").as_bytes()).to_string()
}

/// The id of a record that was made, or whose name was taken by the very record that is wanted.
fn made<T>(answer: Result<tonic::Response<T>, Status>, id: fn(T) -> String) -> Result<String> {
    match answer {
        Ok(record) => Ok(id(record.into_inner())),
        Err(status) => {
            let existing = status.metadata().get(EXISTING_ID_METADATA).and_then(|id| id.to_str().ok());
            match existing.filter(|_| status.code() == Code::AlreadyExists) {
                Some(id) => Ok(id.to_owned()),
                None => Err(failure(&status)),
            }
        }
    }
}

impl Client {
    /// The id of a specimen, made with everything it needs if it is not there.
    pub(crate) async fn specimen(&mut self, known: &mut Known, specimen: &Specimen) -> Result<String> {
        let agency = self.agency(known).await?;
        let partition = self.partition(known, &specimen.place).await?;
        let firearm = match &specimen.firearm {
            Some(reference) => self.firearm(known, &partition, &agency, reference).await?,
            None => String::new(),
        };
        let incident = match &specimen.incident {
            Some(reference) => self.incident(known, &partition, &agency, reference).await?,
            None => String::new(),
        };
        let name = key(&["specimen", &partition, &specimen.label]);
        if let Some(id) = known.0.get(&name) {
            return Ok(id.clone());
        }
        let mut request = v1::CreateSpecimenRequest {
            idempotency_key: key(&["specimen", &partition, &specimen.label, &firearm, &incident]),
            partition_id: partition,
            agency_id: agency,
            label: specimen.label.clone(),
            firearm_id: firearm,
            incident_id: incident,
            ..Default::default()
        };
        specimen.what.put(&mut request);
        let id = made(self.records.create_specimen(request).await, |record| record.id)
            .with_context(|| format!("specimen {}", specimen.label))?;
        known.0.insert(name, id.clone());
        Ok(id)
    }

    async fn agency(&mut self, known: &mut Known) -> Result<String> {
        const NAME: &str = "own laboratory";
        if let Some(id) = known.0.get(NAME) {
            return Ok(id.clone());
        }
        let request = v1::CreateAgencyRequest {
            idempotency_key: key(&["agency", NAME]),
            name: NAME.into(),
            country: String::new(),
        };
        let id = made(self.records.create_agency(request).await, |record| record.id).context("agency")?;
        known.0.insert(NAME.into(), id.clone());
        Ok(id)
    }

    async fn partition(&mut self, known: &mut Known, place: &Place) -> Result<String> {
        let name = key(&["partition", &place.partition]);
        if let Some(id) = known.0.get(&name) {
            return Ok(id.clone());
        }
        let request = v1::CreatePartitionRequest {
            idempotency_key: key(&["partition", &place.partition, place.kind.as_str_name()]),
            name: place.partition.clone(),
            kind: place.kind.into(),
            legal_basis: "not stated at enrolment".into(),
        };
        let id = made(self.records.create_partition(request).await, |record| record.id)
            .with_context(|| format!("partition {}", place.partition))?;
        known.0.insert(name, id.clone());
        Ok(id)
    }

    async fn firearm(&mut self, known: &mut Known, partition: &str, agency: &str, reference: &str) -> Result<String> {
        let name = key(&["firearm", partition, reference]);
        if let Some(id) = known.0.get(&name) {
            return Ok(id.clone());
        }
        let request = v1::CreateFirearmRequest {
            idempotency_key: name.clone(),
            partition_id: partition.into(),
            agency_id: agency.into(),
            reference: reference.into(),
            ..Default::default()
        };
        let id = made(self.records.create_firearm(request).await, |record| record.id)
            .with_context(|| format!("firearm {reference}"))?;
        known.0.insert(name, id.clone());
        Ok(id)
    }

    async fn incident(&mut self, known: &mut Known, partition: &str, agency: &str, reference: &str) -> Result<String> {
        let name = key(&["incident", partition, reference]);
        if let Some(id) = known.0.get(&name) {
            return Ok(id.clone());
        }
        let request = v1::CreateIncidentRequest {
            idempotency_key: name.clone(),
            partition_id: partition.into(),
            agency_id: agency.into(),
            reference: reference.into(),
            ..Default::default()
        };
        let id = made(self.records.create_incident(request).await, |record| record.id)
            .with_context(|| format!("incident {reference}"))?;
        known.0.insert(name, id.clone());
        Ok(id)
    }

    /// The specimens with this number, of all partitions.
    pub(crate) async fn specimens_named(&mut self, label: &str) -> Result<Vec<v1::Specimen>> {
        let request = v1::ListSpecimensRequest { label: label.into(), ..Default::default() };
        let page = self.records.list_specimens(request).await.map_err(|status| failure(&status))?.into_inner();
        Ok(page.specimens)
    }

    /// Ids and names of the partitions with these names, or of all.
    pub(crate) async fn partitions(&mut self, names: &[String]) -> Result<Vec<v1::Partition>> {
        let mut found = Vec::new();
        let mut token = String::new();
        loop {
            let request = v1::ListPartitionsRequest { page: Some(v1::Page { size: 0, token }), name: String::new() };
            let page = self.records.list_partitions(request).await.map_err(|status| failure(&status))?.into_inner();
            found.extend(page.partitions);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        if names.is_empty() {
            return Ok(found);
        }
        for name in names {
            if !found.iter().any(|partition| partition.name == *name) {
                let known: Vec<_> = found.iter().map(|partition| partition.name.as_str()).collect();
                anyhow::bail!("the server has no partition `{name}`; it has: {}", known.join(", "));
            }
        }
        found.retain(|partition| names.contains(&partition.name));
        Ok(found)
    }
}
