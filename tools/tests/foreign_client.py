"""Uploads a scan in chunks, searches with it, prints the list as JSON.

usage: foreign_client.py PROTO_DIRECTORY HOST:PORT SCAN
"""

import hashlib
import json
import pathlib
import sys
import tempfile

import grpc
from grpc_tools import protoc

protos, address, scan = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
stubs = tempfile.mkdtemp()
files = [str(path.relative_to(protos)) for path in sorted(protos.glob("headstamp/v1/*.proto"))]
failed = protoc.main(["protoc", f"-I{protos}", f"--python_out={stubs}", f"--grpc_python_out={stubs}", *files])
assert not failed, "the proto files do not compile"
sys.path.insert(0, stubs)

from headstamp.v1 import ingest_pb2, ingest_pb2_grpc, records_pb2, records_pb2_grpc, search_pb2, search_pb2_grpc  # noqa: E402

CHUNK = 50_000
channel = grpc.insecure_channel(address)
records = records_pb2_grpc.RecordsStub(channel)
ingest = ingest_pb2_grpc.IngestStub(channel)
search = search_pb2_grpc.SearchStub(channel)

data = scan.read_bytes()
agency = records.ListAgencies(records_pb2.ListAgenciesRequest()).agencies[0]
partition = records.ListPartitions(records_pb2.ListPartitionsRequest()).partitions[0]
specimen = records.CreateSpecimen(
    records_pb2.CreateSpecimenRequest(
        idempotency_key="foreign specimen", partition_id=partition.id, agency_id=agency.id, label="foreign case"
    )
)


def messages():
    """The upload starts in its first message; the pieces follow."""
    start = ingest_pb2.StartUploadRequest(
        idempotency_key="foreign start",
        metadata=ingest_pb2.ScanMetadata(specimen_id=specimen.id, file_name=scan.name),
        total_bytes=len(data),
        sha256=hashlib.sha256(data).digest(),
    )
    yield ingest_pb2.UploadChunksRequest(start=start)
    for offset in range(0, len(data), CHUNK):
        chunk = ingest_pb2.UploadChunk(offset_bytes=offset, data=data[offset : offset + CHUNK])
        yield ingest_pb2.UploadChunksRequest(chunk=chunk)


arrived = ingest.UploadChunks(messages())
assert arrived.offset_bytes == arrived.total_bytes == len(data)
stored = ingest.FinishUpload(
    ingest_pb2.FinishUploadRequest(idempotency_key="foreign finish", upload_id=arrived.upload_id)
)
assert len(stored.marks) == 1, stored.quality_notes

try:
    search.Search(search_pb2.SearchRequest(mark_id=stored.marks[0].id))
    sys.exit("a search without a partition was not refused")
except grpc.RpcError as refused:
    assert refused.code() == grpc.StatusCode.INVALID_ARGUMENT, refused
    assert ("headstamp-reason", "NO_PARTITION") in [(k, v) for k, v in refused.trailing_metadata()], refused

request = search_pb2.SearchRequest(
    scan=search_pb2.QueryScan(data=data, file_name=scan.name), partition_ids=[partition.id]
)
news = [event.WhichOneof("event") for event in search.SearchStream(request)]
assert news[0] == "first_answer" and news[-1] == "complete", news
answer = search.Search(request)
print(
    json.dumps(
        {
            "counts": {"compared": answer.counts.compared},
            "candidates": [
                {
                    "rank": line.rank,
                    "mark_id": line.mark_id,
                    "specimen": line.specimen_label,
                    "score": line.score if line.HasField("score") else None,
                }
                for line in answer.candidates
            ],
        }
    )
)
