"""Reads and writes X3P with programs that share no code with Headstamp. Called by interop.rs.

peers.py PEER, one job a line on standard input, fields separated by tabs:
  read FILE OUT                          heights to OUT (64-bit floats, x fastest)
  write TYPE IN OUT COLUMNS ROWS PITCH_X PITCH_Y
One line a job comes back: "columns rows pitch_x pitch_y" or "written".
"""

import sys

import numpy as np


def read(peer, path):
    if peer == "x3pio":
        import x3pio

        scan = x3pio.read(path)
        z = np.asarray(scan.layers[0].z, dtype="<f8")
        return np.atleast_2d(z), scan.header.x.increment, scan.header.y.increment
    if peer == "verity-x3p":
        import verity_x3p

        scan = verity_x3p.read_x3p(path)
        return np.where(scan.mask, scan.data, np.nan), scan.increment_x, scan.increment_y
    from surfalize import Surface

    scan = Surface.load(path)
    return scan.data * 1e-6, scan.step_x * 1e-6, scan.step_y * 1e-6


def write(peer, kind, heights, path, pitch_x, pitch_y):
    if peer == "x3pio":
        import x3pio

        names = {"D": "FLOAT64", "F": "FLOAT32", "I": "INT16", "L": "INT32"}
        options = {"z_type": x3pio.DataType[names[kind[0]]]}
        if kind.endswith("x"):
            options["storage"] = x3pio.DataStorage.XML
        if kind.endswith("o"):
            options["revision"] = x3pio.Revision.ISO5436_2000
        x3pio.write(path, heights, x_scale=pitch_x, y_scale=pitch_y, **options)
    elif peer == "verity-x3p":
        import verity_x3p

        mask = ~np.isnan(heights)
        surface = verity_x3p.Surface(heights, mask, pitch_x, pitch_y, "nobody", "made for a test")
        verity_x3p.write_x3p(surface, path, z_type=kind)
    else:
        from surfalize import Surface

        options = {"sdf_text": {"binary": False}, "sur_deflated": {"compressed": True}}
        options.update({kind: {} for kind in ("al3d", "sdf", "sur")})
        surface = Surface(heights * 1e6, pitch_x * 1e6, pitch_y * 1e6)
        surface.save(path, **options.get(kind, {"dtype": kind}))


for line in sys.stdin:
    job, *fields = line.rstrip("\n").split("\t")
    if job == "read":
        path, out = fields
        z, pitch_x, pitch_y = read(sys.argv[1], path)
        np.ascontiguousarray(z, dtype="<f8").tofile(out)
        print(z.shape[1], z.shape[0], repr(float(pitch_x)), repr(float(pitch_y)))
    else:
        kind, source, path, columns, rows, pitch_x, pitch_y = fields
        z = np.fromfile(source, dtype="<f8").reshape(int(rows), int(columns))
        write(sys.argv[1], kind, z, path, float(pitch_x), float(pitch_y))
        print("written")
