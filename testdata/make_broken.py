#!/usr/bin/env python3
"""Makes testdata/formats (small valid files) and testdata/broken (files that must be refused).

Python's standard library only, so the samples come from other code than the code they test. The files it makes are
committed; run it again after a change: python3 testdata/make_broken.py
"""

import hashlib
import io
import math
import pathlib
import struct
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
PLACES = {"formats": HERE / "formats", "broken": HERE / "broken"}
CODES = {"I": "h", "L": "i", "F": "f", "D": "d"}
R_NA = 0x7FF00000000007A2  # R's NA: a signalling NaN


def save(place, name, data):
    PLACES[place].mkdir(exist_ok=True)
    (PLACES[place] / name).write_bytes(data)


# --- X3P -----------------------------------------------------------------------------------------------------------


def axis(name, kind, number, increment, offset="0"):
    return (
        f"<{name}><AxisType>{kind}</AxisType><DataType>{number}</DataType>"
        f"<Increment>{increment}</Increment><Offset>{offset}</Offset></{name}>"
    )


def main_xml(number="D", size=(4, 3, 1), points=None, pitch="6.25e-06", z=None, extra="", feature="SUR", prolog="",
             links="", cx=None, cy=None, dimension=None):
    x, y, layers = size
    dimension = dimension or (
        f"<MatrixDimension><SizeX>{x}</SizeX><SizeY>{y}</SizeY><SizeZ>{layers}</SizeZ></MatrixDimension>"
    )
    link = "<DataLink><PointDataLink>bindata/data.bin</PointDataLink>" \
           f"<MD5ChecksumPointData>MD5</MD5ChecksumPointData>{links}</DataLink>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        '<p:ISO5436_2 xmlns:p="http://www.opengps.eu/2008/ISO5436_2"><Record1><Revision>ISO5436 - 2000</Revision>'
        f"<FeatureType>{feature}</FeatureType><Axes>{cx or axis('CX', 'I', 'D', pitch)}"
        f"{cy or axis('CY', 'I', 'D', pitch)}{z or axis('CZ', 'A', number, '1')}</Axes></Record1>"
        "<Record2><Date>2026-01-01T00:00:00Z</Date><Creator>made by a script</Creator><Instrument>"
        "<Manufacturer>none</Manufacturer><Model>none</Model><Serial>0</Serial><Version>0</Version></Instrument>"
        "<CalibrationDate>2026-01-01T00:00:00Z</CalibrationDate><ProbingSystem><Type>NonContacting</Type>"
        "<Identification>none</Identification></ProbingSystem></Record2>"
        f"<Record3>{dimension}{points or link}{extra}</Record3>"
        "<Record4><ChecksumFile>md5checksum.hex</ChecksumFile></Record4></p:ISO5436_2>"
    )


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def md5(data):
    return hashlib.md5(data).hexdigest()


def x3p(xml, data, members=(), folder="", xml_md5=None, data_md5=None, valid=None):
    xml = xml.replace("MD5", "\0").replace("\0Checksum", "MD5Checksum").replace("\0", data_md5 or md5(data or b""))
    xml = xml.encode()
    files = [(folder + "main.xml", xml)]
    if data is not None:
        files.append((folder + "bindata/data.bin", data))
    if valid is not None:
        files.append((folder + "bindata/valid.bin", valid))
    files += [(folder + name, content) for name, content in members]
    files.append((folder + "md5checksum.hex", f"{xml_md5 or md5(xml)} *main.xml\n".encode()))
    return archive(files)


def wave(count, scale):
    return [scale * math.sin(0.7 * i) for i in range(count)]


def doubles(values):
    return struct.pack(f"<{len(values)}d", *values)


D12 = doubles(wave(12, 1e-6))
GOOD = x3p(main_xml(), D12)


def valid_x3p():
    for number, code in CODES.items():
        heights = wave(12, 1e-6) if number in "FD" else [round(v) for v in wave(12, 1000)]
        z = None if number in "FD" else axis("CZ", "I", number, "1e-09")
        save("formats", f"surface_{number}.x3p", x3p(main_xml(number, z=z), struct.pack(f"<12{code}", *heights)))
    bits = struct.pack("<Q", R_NA)
    save("formats", "r_na.x3p", x3p(main_xml(), D12[:8] + bits + D12[16:]))
    # Points 2 and 9 are not valid: bits from the lowest one up, 1111 1011 and 1101.
    links = "<ValidPointsLink>bindata/valid.bin</ValidPointsLink><MD5ChecksumValidPoints>" \
            f"{md5(bytes([0xFB, 0x0D]))}</MD5ChecksumValidPoints>"
    shorts = struct.pack("<12h", *[round(v) for v in wave(12, 1000)])
    z = axis("CZ", "I", "I", "1e-09", "0.002")
    save("formats", "validity.x3p", x3p(main_xml("I", z=z, links=links), shorts, valid=bytes([0xFB, 0x0D])))
    datums = "".join("<Datum/>" if i == 5 else f"<Datum>{v!r}</Datum>" for i, v in enumerate(wave(12, 1e-6)))
    save("formats", "points_in_xml.x3p", x3p(main_xml(points=f"<DataList>{datums}</DataList>"), None))
    mask = "<Mask><Background>#cd7f32</Background><Annotations/></Mask>"
    save("formats", "in_folder_with_mask.x3p",
         x3p(main_xml(extra=mask), D12, [("bindata/mask.png", grey_png(4, 3)), ("vendor/notes.txt", b"kept\n")], "scan/"))
    flat = "<ListDimension>6</ListDimension>"
    save("formats", "profile.x3p", x3p(main_xml(feature="PRF", dimension=flat), doubles(wave(6, 1e-6))))
    far = main_xml(feature="PCL", dimension=flat, cx=axis("CX", "A", "F", "1"), cy=axis("CY", "A", "D", "1"))
    triples = b"".join(struct.pack("<fdd", i * 1e-6, i * 2e-6, v) for i, v in enumerate(wave(6, 1e-6)))
    save("formats", "point_cloud.x3p", x3p(far, triples))
    rows = main_xml(cy=axis("CY", "A", "F", "1"))
    pairs = b"".join(struct.pack("<fd", (i // 4) * 6.25e-6, v) for i, v in enumerate(wave(12, 1e-6)))
    save("formats", "absolute_y.x3p", x3p(rows, pairs))
    counts = main_xml(z=axis("CZ", "A", "D", "1e-06"))
    save("formats", "increment_on_micrometres.x3p", x3p(counts, doubles(wave(12, 1.0))))
    save("formats", "increment_on_metres.x3p", x3p(counts, D12))
    um = main_xml(pitch="6.25")
    save("formats", "micrometres.x3p", x3p(um, doubles(wave(12, 1.0))))


def lying(data, name, length):
    """Writes another uncompressed length for one member, in both headers."""
    out = bytearray(data)
    for signature, size_at, name_at in ((b"PK\3\4", 22, 30), (b"PK\1\2", 24, 46)):
        at = out.find(signature)
        while at >= 0:
            if out[at + name_at:at + name_at + len(name)] == name.encode():
                out[at + size_at:at + size_at + 4] = struct.pack("<I", length)
            at = out.find(signature, at + 4)
    return bytes(out)


def listed_often(data, name, times):
    """Lists one member `times` times more, under other names and at the same place in the file."""
    end = data.rfind(b"PK\5\6")
    directory = struct.unpack_from("<I", data, end + 16)[0]
    at = data.find(b"PK\1\2", directory)
    while data[at + 46:at + 46 + len(name)] != name.encode():
        at = data.find(b"PK\1\2", at + 4)
    entry = data[at:at + 46 + len(name)]
    more = b"".join(entry[:46] + (f"{i:02d}" + name[2:]).encode() for i in range(times))
    counts = struct.unpack_from("<H", data, end + 10)[0] + times
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, counts, counts, end - directory + len(more))
    return data[:end] + more + bytes(tail)


def broken_x3p():
    s = lambda name, data: save("broken", name, data)
    s("truncated.x3p", GOOD[: len(GOOD) // 2])
    s("damaged.x3p", GOOD.replace(GOOD[GOOD.find(b"data.bin") + 8:][:20], b"\x55" * 20, 1))
    zeros = x3p(main_xml(), D12, [("vendor/zeros.bin", bytes(20_000_000))])
    s("zip_bomb.x3p", listed_often(zeros, "vendor/zeros.bin", 59))
    s("zip_bomb_lying.x3p", lying(zeros, "vendor/zeros.bin", 128))
    s("zip_bomb_points.x3p", lying(x3p(main_xml(), bytes(20_000_000)), "bindata/data.bin", 96))
    s("many_members.x3p", x3p(main_xml(), D12, [(f"vendor/{i}", b"") for i in range(100)]))
    lol = '<!DOCTYPE lolz [<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)) + "]>"
    s("xml_bomb.x3p", x3p(main_xml(prolog=lol, extra="<Comment>&j;</Comment>"), D12))
    s("xml_entity.x3p", x3p(main_xml(extra="<Comment>&secret;</Comment>"), D12))
    s("xml_deep.x3p", x3p(main_xml(extra="<v>" * 5000 + "</v>" * 5000), D12))
    s("xml_wide.x3p", x3p(main_xml(extra="<v/>" * 100_000), D12))
    s("xml_cut.x3p", x3p(main_xml()[:-30], D12))
    s("no_main_xml.x3p", archive([("readme.txt", b"no scan")]))
    s("no_points.x3p", x3p(main_xml(), None))
    s("no_increment.x3p", x3p(main_xml(cx="<CX><AxisType>I</AxisType></CX>"), D12))
    s("size_too_large.x3p", x3p(main_xml(size=(5, 3, 1)), D12))
    s("size_too_small.x3p", x3p(main_xml(size=(3, 3, 1)), D12))
    s("size_not_a_number.x3p", x3p(main_xml(size=("four", 3, 1)), D12))
    s("size_zero.x3p", x3p(main_xml(size=(0, 3, 1)), b""))
    s("number_type_wrong.x3p", x3p(main_xml("F"), D12))
    s("number_type_unknown.x3p", x3p(main_xml("Q"), D12))
    s("billion_by_billion.x3p", x3p(main_xml(size=(10**9, 10**9, 1)), D12))
    s("overflowing_size.x3p", x3p(main_xml(size=(2**63, 2**63, 2**63)), D12))
    s("all_nan.x3p", x3p(main_xml(), struct.pack("<Q", R_NA) * 12))
    s("one_pixel.x3p", x3p(main_xml(size=(1, 1, 1)), doubles([1e-6])))
    s("pitch_nan.x3p", x3p(main_xml(pitch="NaN"), D12))
    s("pitch_negative.x3p", x3p(main_xml(pitch="-6.25e-06"), D12))
    s("pitch_zero.x3p", x3p(main_xml(pitch="0"), D12))
    s("pitch_text.x3p", x3p(main_xml(pitch="6,25"), D12))
    links = "<ValidPointsLink>bindata/valid.bin</ValidPointsLink>"
    s("validity_short.x3p", x3p(main_xml(links=links), D12, valid=b"\xff"))
    none = x3p(main_xml(links=links), D12, valid=b"\0\0")
    s("validity_none.x3p", none)
    few = "<DataList>" + "<Datum>1e-6</Datum>" * 11 + "</DataList>"
    s("points_too_few.x3p", x3p(main_xml(points=few), None))
    many = "<DataList>" + "<Datum>1e-6</Datum>" * 13 + "</DataList>"
    s("points_too_many.x3p", x3p(main_xml(points=many), None))
    text = "<DataList>" + "<Datum>high</Datum>" * 12 + "</DataList>"
    s("points_text.x3p", x3p(main_xml(points=text), None))
    s("md5_of_points.x3p", x3p(main_xml(), D12, data_md5="0" * 32))
    s("md5_of_header.x3p", x3p(main_xml(), D12, xml_md5="0" * 32))


# --- images --------------------------------------------------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def grey_png(width, height, pixels=None, physical=None, header=None, depth=8):
    pixels = pixels or bytes(range(width * height))
    row = len(pixels) // height
    raw = b"".join(b"\0" + pixels[y * row:(y + 1) * row] for y in range(height))
    header = header or struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    extra = chunk(b"pHYs", struct.pack(">IIB", *physical)) if physical else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def grey_bmp(width, height, per_metre=0):
    stride = (width + 3) // 4 * 4
    palette = b"".join(bytes([i, i, i, 0]) for i in range(256))
    rows = b"".join(bytes(width * y + x for x in range(width)).ljust(stride, b"\0") for y in reversed(range(height)))
    start = 54 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, len(rows), per_metre, per_metre, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + info + palette + rows


def grey_tiff(width, height, bits, sample_format, pixels, density=None, size=None, bigger=None):
    """One strip, little-endian; `density` is (x, y, unit) with numerator/denominator pairs."""
    entries = [(256, 4, size or width), (257, 4, bigger or height), (258, 3, bits), (259, 3, 1), (262, 3, 1),
               (273, 4, 8), (277, 3, 1), (278, 4, bigger or height), (279, 4, len(pixels)), (339, 3, sample_format)]
    after = 8 + len(pixels)
    rationals = b""
    if density:
        x, y, unit = density
        rationals = struct.pack("<IIII", *x, *y)
        entries += [(282, 5, after), (283, 5, after + 8), (296, 3, unit)]
    entries.sort()
    directory = struct.pack("<H", len(entries))
    for tag, kind, value in entries:
        packed = struct.pack("<HH", value, 0) if kind == 3 else struct.pack("<I", value)
        directory += struct.pack("<HHI", tag, kind, 1) + packed
    return struct.pack("<2sHI", b"II", 42, after + len(rationals)) + pixels + rationals + directory + bytes(4)


def images():
    ramp = bytes(range(12))
    save("formats", "grey_8.png", grey_png(4, 3))
    save("formats", "grey_16.png", grey_png(4, 3, struct.pack(">12H", *[i * 5000 for i in range(12)]), depth=16))
    save("formats", "grey_4um.png", grey_png(4, 3, physical=(250_000, 250_000, 1)))
    save("formats", "grey_72dpi.png", grey_png(4, 3, physical=(2835, 2835, 1)))
    save("formats", "grey_4um.bmp", grey_bmp(4, 3, 250_000))
    save("formats", "grey_8.tif", grey_tiff(4, 3, 8, 1, ramp))
    save("formats", "grey_16_4um.tif", grey_tiff(4, 3, 16, 1, struct.pack("<12H", *[i * 5000 for i in range(12)]),
                                                 ((2500, 1), (2500, 1), 3)))
    save("formats", "grey_f32.tif", grey_tiff(4, 3, 32, 3, struct.pack("<12f", *[i / 16 for i in range(12)])))
    s = lambda name, data: save("broken", name, data)
    s("cut.png", grey_png(64, 64, bytes(i * 37 % 251 for i in range(4096)))[:300])
    s("huge.png", grey_png(4, 3, header=struct.pack(">IIBBBBB", 10**9, 10**9, 8, 0, 0, 0, 0)))
    s("one_pixel.png", grey_png(1, 1))
    s("cut.bmp", grey_bmp(4, 3)[:1080])
    s("huge.bmp", grey_bmp(4, 3)[:18] + struct.pack("<ii", 10**9, 10**9) + grey_bmp(4, 3)[26:])
    s("cut.tif", grey_tiff(4, 3, 8, 1, ramp)[:40])
    s("huge.tif", grey_tiff(4, 3, 8, 1, ramp, size=10**9, bigger=10**9))
    s("odd_bits.tif", grey_tiff(4, 3, 64, 3, doubles(wave(12, 1.0))))
    s("all_nan.tif", grey_tiff(4, 3, 32, 3, struct.pack("<12f", *[math.nan] * 12)))
    s("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0\x43")
    s("empty", b"")
    s("not_an_image.txt", b"This is a text about a scan.\n")


valid_x3p()
broken_x3p()
images()
