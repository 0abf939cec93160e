import json, pytest
from exports.domain.requests import request_parse
from exports.domain.exports import export_create
from exports.domain.errors import DomainError
from exports.models import AuditDetail, AuditEvent
from exports.domain.audit import detail_digest

WHERES = ['{"carrier": "\\u0000"}', '{"carrier": "\\ud800"}', '{"delay": 1e999}', '{"delay": NaN}', '{"delay": {"$gt": -Infinity}}', '{"carrier":"a","carrier":"b"}', '{"delay": {"$gt": 1e20}}', '{"delay": {"$gt": -0.0}}','{"place.lat": {"$gt": 1e20}}', '{"place.lat": {"$gt": 1e-9}}', '{"delay": %s}' % ("9"*400), '{"delay": %s}' % ("9"*5000), '{"place.lat": {"$gt": %s}}' % ("9"*400), '{"place.lat": {"$lt": 1e308}}', '{"x\\u0000":1}', "null", "[]", "[" * 5000, '"x"', "  ", '{"carrier": {"$regex": "a\\u0000"}}','{"place.lat": 12345678901234567890.123456789}','{"carrier": {"$in": ["a", "\\u0000"]}}','{"carrier": {"$eq": "\\udc00x"}}', '{"where": 1}', '{"OR":[{"field":"carrier","operator":"eq","value":"\\u0000"}]}']
@pytest.mark.parametrize("w", WHERES)
@pytest.mark.parametrize("as_object", [False, True])
def test_where(admin, trips, w, as_object, transactional_db):
    if as_object:
        try: w = json.loads(w)
        except Exception: return
    try:
        e, _ = export_create(admin, request_parse({"collection": "trips", "where": w}))
    except DomainError as err:
        print("refused", str(w)[:50], err.errors[:1]); return
    print("accepted", str(w)[:60])
    ev = AuditEvent.objects.get(subject=e.uid)
    d = AuditDetail.objects.get(pk=ev.pk)
    assert detail_digest(d.salt, d.detail) == ev.detail_digest, d.detail["where"]

@pytest.mark.parametrize("tz", ["a"*300, "Europe/Paris\0", "../../etc/passwd", "/etc/localtime", "\ud800", "", "utc", "a"*5000, "Europe"])
def test_tz(admin, trips, tz, transactional_db):
    for f in ("csv","parquet"):
        try:
            e, _ = export_create(admin, request_parse({"collection": "trips", "timezone": tz, "format": f}))
            print("accepted", repr(tz)[:40], f)
        except DomainError as err:
            print("refused", repr(tz)[:30], err.errors[:1])

def test_token(client, ada, trips, transactional_db):
    client.force_login(ada)
    r = client.post("/demo/exports/new", {"collection": "trips", "format": "csv", "token": "t"*300})
    print(r.status_code); assert r.status_code < 500
