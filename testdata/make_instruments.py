#!/usr/bin/env python3
"""Makes the small instrument files of testdata/formats: AL3D, SUR, SDF, TMD, OPD, PLU.

Python's standard library only, so the samples come from other code than the code they test. All hold one surface of
5 x 3 heights, 2 um apart in x and 3 um in y: height 1 um * sin(0.7 i) at point i, x fastest and then y upwards as in
X3P, point 7 missing. The files it makes are committed; run it again after a change: python3 testdata/make_instruments.py
"""

import math
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).resolve().parent / "formats"
COLS, ROWS, MISSING = 5, 3, 7
HEIGHTS = [1e-6 * math.sin(0.7 * i) for i in range(COLS * ROWS)]
LINES = [list(range(row * COLS, (row + 1) * COLS)) for row in range(ROWS)]
FROM_BOTTOM = [i for line in LINES for i in line]
FROM_TOP = [i for line in reversed(LINES) for i in line]


def save(name, data):
    (HERE / name).write_bytes(data)


def stored(order, scale, missing, code, endian="<"):
    """Heights in units of `scale` metres, packed."""
    whole = code in "bBhHiI"
    value = lambda i: missing if i == MISSING else HEIGHTS[i] / scale
    return struct.pack(f"{endian}{len(order)}{code}", *[round(value(i)) if whole else value(i) for i in order])


def al3d(padded, texture):
    def tag(key, value):
        return key.encode().ljust(20, b"\0") + str(value).encode().ljust(30, b"\0") + b"\r\n"

    width = COLS * 4
    lines = [stored(line, 1.0, 3.000000028082e15, "f") for line in reversed(LINES)]
    depth = b"".join(line.ljust((width + 7) // 8 * 8 if padded else width, b"\0") for line in lines)
    start = 17 + 52 * 11 + 256
    tags = [("Version", 1), ("TagCount", 9), ("Cols", COLS), ("IconOffset", 0), ("DepthImageOffset", start),
            ("InvalidPixelValue", "3.000000028082e+15"), ("PixelSizeYMeter", 3e-06), ("PixelSizeXMeter", 2e-06),
            ("NumberOfPlanes", 3 if texture else 0), ("Rows", ROWS),
            ("TextureImageOffset", start + len(depth) if texture else 0)]
    header = b"AliconaImaging\0\r\n" + b"".join(tag(*pair) for pair in tags)
    return header + b"made by a script".ljust(254, b"\0") + b"\r\n" + depth + (bytes(3 * 8 * ROWS) if texture else b"")


def sur(code, endian="<", deflated=False):
    bits = struct.calcsize(code) * 8
    points = stored(FROM_TOP, 1e-9, -1002, code, endian)
    if deflated:
        halves = [points[:20], points[20:]]
        packed = [zlib.compress(half, 9) for half in halves]
        sizes = b"".join(struct.pack("<II", len(half), len(one)) for half, one in zip(halves, packed))
        points = struct.pack("<I", len(halves)) + sizes + b"".join(packed)
    text = lambda value, length: value.ljust(length, b"\0" if endian == ">" else b" ")
    units = b"".join(text(unit, 16) for unit in (b"mm", "µm".encode("latin-1"), b"nm") * 2)
    comment = b"made by a script"
    header = struct.pack(f"{endian}12shhhh30s30shhhhh", b"DSCOMPRESSED" if deflated else b"DIGITAL SURF",
                         257 if endian == ">" else 0, 1, 1, 2, text(b"surface", 30), text(b"nobody", 30), 0, 9, 0, 1, 0)
    header += struct.pack(f"{endian}f4xhiiiiifff", 0.0, bits, -1000, 1000, COLS, ROWS, COLS * ROWS, 0.002, 3.0, 1.0)
    header += b"".join(text(name, 16) for name in (b"X", b"Y", b"Z")) + units
    header += struct.pack(f"{endian}fffhhh12x", 1.0, 1.0, 1.0, 0, 0, 0)
    header += struct.pack(f"{endian}7hfI6xHH128s", 3, 2, 1, 24, 11, 2026, 2, 0.0, len(points) if deflated else 0,
                          len(comment), 4, text(b"client", 128))
    header += struct.pack(f"{endian}fffff13s13s", 0.0, 0.0, 50.0, 0.0, 0.0, b"", b"")
    assert len(header) == 512
    return header + comment + b"priv" + points


SDF_CODES = "BHIfbhid"
SDF_MISSING = [0, 2**16 - 1, 2**32 - 1, -3.4028234663852886e38, -2**7, -2**15, -2**31, -1.7976931348623157e308]


def sdf(kind, version=b"bISO-1.0", extra=b""):
    code, counts = SDF_CODES[kind], "II" if version == b"bISO-2.0" else "HH"
    scale = 1e-8 if code in "bB" else 1e-9
    # Unsigned numbers start at 1.2 um, so that none is negative.
    above = 1.2e-6 / scale if code in "BHI" else 0.0
    whole = code in "bBhHiI"
    value = lambda i: SDF_MISSING[kind] if i == MISSING else HEIGHTS[i] / scale + above
    points = struct.pack(f"<15{code}", *[round(value(i)) if whole else value(i) for i in FROM_BOTTOM])
    header = struct.pack(f"<8s10s12s12s{counts}ddddBBB", version, b"script    ", b"241120260102", b"241120260102",
                         COLS, ROWS, 2e-6, 3e-6, scale, -1.0, 0, kind, 0)
    return header + extra + points


def sdf_text(version, newline):
    names = [("ManufacID", "script"), ("CreateDate", "241120260102"), ("ModDate", "241120260102"),
             ("NumPoints", COLS), ("NumProfiles", ROWS), ("Xscale", "2.0E-6"), ("Yscale", "3.0E-6"),
             ("Zscale", "1.0E-6"), ("Zresolution", "1.0E-9"), ("Compression", 0), ("DataType", 7), ("CheckType", 0)]
    value = lambda i: "BAD" if i == MISSING else f"{HEIGHTS[i] * 1e6:.6f}"
    rows = [" ".join(value(i) for i in line) for line in LINES]
    lines = [version] + [f"{name} = {value}" for name, value in names] + ["*"] + rows + ["*", "PartName = none", "*"]
    return newline.join(lines).encode()


def tmd(comment):
    size = struct.pack("<IIffff", COLS, ROWS, 5 * 0.002, 3 * 0.003, 0.0, 0.0)
    return b"Binary TrueMap Data File v2.0\r\n\0" + comment + b"\0" + size + stored(FROM_TOP, 1e-3, math.nan, "f")


def plu():
    header = b"Tue Nov 24 01:02:03 2026".ljust(128, b"\0") + struct.pack("<I", 0) + b"made by a script".ljust(256, b"\0")
    header += struct.pack("<IIIfffffff", ROWS, COLS, COLS, 1.0, 2.0, 3.0, 0.0, 0.0, 1.0, 0.0)
    header += struct.pack("<10IdfIIBBBBBB2xI", 3, 1, 0, 4, 3, COLS, ROWS, COLS, ROWS, 1, 0.1, 10.0, 100, 0, 0, 1, 255, 4,
                          1, 0, 1)
    assert len(header) == 500
    return header + struct.pack("<II", ROWS, COLS) + stored(FROM_TOP, 1e-6, 1000001.0, "f") + bytes(8 + 45)


def opd(code):
    columns = [line[col] for col in range(COLS) for line in LINES]
    scale = 500e-9 / 1000
    bad = 32767 if code == "h" else 1e38
    raw = struct.pack("<HHH", COLS, ROWS, struct.calcsize(code)) + stored(columns, scale, bad, code)
    blocks = [("Mult", 6, struct.pack("<h", 1000)), ("RAW_DATA", 3, raw), ("Void", 5, b""),
              ("Image", 3, struct.pack("<HHH", COLS, ROWS, 1) + bytes(15)), ("Title", 5, b"made by a script\0"),
              ("Aspect", 7, struct.pack("<f", 1.5)), ("Pixel_size", 7, struct.pack("<f", 0.002)),
              ("Wavelength", 7, struct.pack("<f", 500.0))]
    entry = lambda name, kind, length, flags: struct.pack("<16shIH", name.encode(), kind, length, flags)
    directory = entry("Directory", 1, 24 * (len(blocks) + 1), 0xFFFF)
    directory += b"".join(entry(name, kind, len(data), 1) for name, kind, data in blocks)
    return b"\1\0" + directory + b"".join(data for _, _, data in blocks)


save("padded.al3d", al3d(True, False))
save("texture.al3d", al3d(True, True))
save("unpadded.al3d", al3d(False, False))
save("16_bits.sur", sur("h"))
save("32_bits.sur", sur("i"))
save("macintosh.sur", sur("h", ">"))
save("deflated.sur", sur("i", deflated=True))
for number in range(8):
    save(f"type_{number}.sdf", sdf(number))
save("iso_2.sdf", sdf(7, b"bISO-2.0"))
save("bcr.sdf", sdf(5, b"bBCR-1.0"))
save("olympus.sdf", sdf(6, extra=struct.pack("<II", 5, 1)))
save("text_iso.sdf", sdf_text("aISO-1.0", "\r\n"))
save("text_bcr.sdf", sdf_text("aBCR-1.0", "\n"))
save("gelsight.tmd", tmd(b""))
save("truemap.tmd", tmd(b"Created by TrueMap v6\r\n"))
save("topography.plu", plu())
save("16_bits.opd", opd("h"))
save("floats.opd", opd("f"))
