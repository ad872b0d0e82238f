#!/usr/bin/python3
"""Recomputes a report from the rasters alone, with NumPy and by the formulas of docs/metrics.md, and holds every number against it.

    tests/quality_reference.py REPORT.json REFERENCE TEST

TEST is a raster (a rendered .sinr). Numbers must agree to 1e-6, relative; counts exactly. SSIM is taken from scikit-image where it
is installed and the band has no gaps. Prints how many numbers were compared; exit status 1 where one differs.
"""
import json
import math
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
TOLERANCE = 1e-6
LAGS = range(1, 9)


def classify(values, nodata, quantity, mask):
    """True where a pixel has a value."""
    if quantity == "complex":
        ok = np.isfinite(values.real) & np.isfinite(values.imag) & (values != 0)
    else:
        ok = np.isfinite(values)
        if quantity in ("amplitude", "power"):
            ok &= values != 0
    if nodata is not None and not math.isnan(nodata):
        ok &= values != nodata
    return ok & (mask != 0)


class Side:
    def __init__(self, dataset, band, quantity):
        raster = dataset.GetRasterBand(band)
        raw = raster.ReadAsArray()
        self.raw = raw.astype(np.complex128 if np.iscomplexobj(raw) else np.float64)
        nodata = raster.GetNoDataValue()
        if nodata is not None and raw.dtype == np.float32:
            nodata = float(np.float32(nodata))
        own_mask = raster.GetMaskFlags() & gdal.GMF_PER_DATASET and not raster.GetMaskFlags() & (gdal.GMF_ALPHA | gdal.GMF_NODATA)
        mask = raster.GetMaskBand().ReadAsArray() if own_mask else np.ones(raw.shape)
        self.valid = classify(self.raw, nodata, quantity, mask)
        safe = np.where(self.valid, self.raw, 1)
        if quantity == "amplitude":
            self.domain, self.linear = 20 * np.log10(np.abs(safe)), safe
            self.power = safe * np.abs(safe)
        elif quantity == "power":
            self.domain, self.linear, self.power = 10 * np.log10(np.abs(safe)), safe, safe
        elif quantity == "db":
            self.domain = safe
            self.linear = self.power = 10 ** (safe / 10)
        elif quantity == "complex":
            self.linear = self.power = np.abs(safe) ** 2
            self.domain = 10 * np.log10(self.power)
        else:
            self.domain = safe
            self.linear = self.power = None
        self.complex = safe
        self.negative = safe < 0 if quantity in ("amplitude", "power") else np.zeros(raw.shape, bool)


class Check:
    def __init__(self):
        self.compared = 0
        self.wrong = []

    def same(self, label, found, expected):
        self.compared += 1
        if found == "inf":
            found = math.inf
        if expected is not None and isinstance(expected, (float, np.floating)) and math.isnan(expected):
            expected = None
        if found is None or expected is None:
            agree = found is None and expected is None
        elif math.isinf(expected):
            agree = found == expected
        else:
            agree = abs(found - expected) <= TOLERANCE * max(abs(expected), 1e-3)
        if not agree:
            self.wrong.append(f"{label}: the report says {found}, NumPy {expected}")

    def all_same(self, label, found, expected):
        self.same(label + " (length)", len(found), len(expected))
        for i, (a, b) in enumerate(zip(found, expected)):
            self.same(f"{label}[{i}]", a, b)


def error_figures(reference, test, value_range, suffix=""):
    error = test - reference
    mse = float(np.mean(error ** 2))
    psnr = math.inf if mse == 0 else None if value_range == 0 else 10 * math.log10(value_range ** 2 / mse)
    return {"psnr" + suffix: psnr, "rmse" + suffix: math.sqrt(mse), "mae" + suffix: float(np.mean(np.abs(error))),
            "bias" + suffix: float(np.mean(error)), "max_error" + suffix: float(np.max(np.abs(error)))}


def looks(values):
    return float(np.mean(values) ** 2 / np.var(values)) if values.size > 1 and np.var(values) > 0 else None


def bin_limits(value, upper):
    """Limits of the bin of 12 significant bits that holds the value."""
    if value == 0:
        return 0.0
    mantissa, exponent = math.frexp(abs(value))
    near = math.floor(mantissa * 4096) / 4096 * 2.0 ** exponent
    far = (math.floor(mantissa * 4096) + 1) / 4096 * 2.0 ** exponent
    if value > 0:
        return far if upper else near
    return -near if upper else -far


def histogram_edges(values, quantity, integer):
    ordered = np.sort(values)
    last = ordered.size - 1
    low = bin_limits(ordered[math.floor(0.001 * last)], False)
    high = bin_limits(ordered[math.ceil((1 - 0.001) * last)], True)
    edges = low + (high - low) * np.arange(257) / 256
    if integer and quantity != "complex":
        scale = {"amplitude": 20, "power": 10}.get(quantity)
        if scale:
            edges = scale * np.log10(np.floor(10 ** (edges / scale)) + 0.5)
        else:
            edges = np.floor(edges) + 0.5
    return np.unique(edges)


def counts(values, edges):
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, edges.size - 2)
    return np.bincount(bins, minlength=edges.size - 1)


def shares(count):
    return (count + 0.5) / (count.sum() + 0.5 * count.size)


def kl(a, b):
    p, q = shares(a), shares(b)
    return float(np.sum(p * np.log(p / q)))


def js(a, b):
    middle = (shares(a) + shares(b)) / 2
    return float((np.sum(shares(a) * np.log(shares(a) / middle)) + np.sum(shares(b) * np.log(shares(b) / middle))) / 2)


def correlation(a, b):
    ok = ~np.isnan(a) & ~np.isnan(b)
    if not ok.any():
        return None
    a, b = a[ok] - a[ok].mean(), b[ok] - b[ok].mean()
    product = float(np.mean(a * a) * np.mean(b * b))
    return float(np.mean(a * b)) / math.sqrt(product) if product > 0 else None


def lag_table(image):
    return ([correlation(image[:, k:], image[:, :-k]) if image.shape[1] > k else None for k in LAGS],
            [correlation(image[k:], image[:-k]) if image.shape[0] > k else None for k in LAGS])


def sliding_sum(image, weights):
    n = len(weights)
    rows = sum(w * image[i:image.shape[0] - n + 1 + i] for i, w in enumerate(weights))
    return sum(w * rows[:, i:rows.shape[1] - n + 1 + i] for i, w in enumerate(weights))


def similarity_maps(reference, test, value_range):
    offsets = np.arange(11) - 5
    weights = np.exp(-offsets ** 2 / 4.5)
    weights /= weights.sum()
    r, t = sliding_sum(reference, weights), sliding_sum(test, weights)
    variances = sliding_sum(reference ** 2, weights) - r * r + sliding_sum(test ** 2, weights) - t * t
    covariance = sliding_sum(reference * test, weights) - r * t
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    structure = (2 * covariance + c2) / (variances + c2)
    return (2 * r * t + c1) / (r * r + t * t + c1) * structure, structure


def mean_or_none(values):
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else None


def multi_scale(reference, test, value_range):
    product = 1.0
    for i, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        if min(reference.shape) < 11:
            return None
        similarity, structure = similarity_maps(reference, test, value_range)
        mean = mean_or_none(similarity if i == 4 else structure[np.isfinite(similarity)])
        if mean is None:
            return None
        product *= max(0.0, mean) ** weight
        h, w = (n // 2 * 2 for n in reference.shape)
        halve = lambda image: (image[0:h:2, 0:w:2] + image[0:h:2, 1:w:2] + image[1:h:2, 0:w:2] + image[1:h:2, 1:w:2]) / 4
        reference, test = halve(reference), halve(test)
    return product


def speckle_of(power):
    out = np.full(power.shape, np.nan)
    if min(power.shape) >= 7:
        ratio = power[3:-3, 3:-3] / (sliding_sum(power, np.ones(7)) / 49)
        ratio[~(ratio > 0)] = np.nan
        out[3:-3, 3:-3] = 10 * np.log10(ratio)
    return out


def spectra(reference, test):
    """Mean spectra of the two speckle images over the 64x64 blocks in which both have values."""
    window = (1 - np.cos(2 * np.pi * np.arange(64) / 64)) / 2
    window = np.outer(window, window)
    total, blocks = [np.zeros((64, 64)), np.zeros((64, 64))], 0
    for y in range(3, reference.shape[0] - 3 - 63, 64):
        for x in range(3, reference.shape[1] - 3 - 63, 64):
            pair = [image[y:y + 64, x:x + 64] for image in (reference, test)]
            if any(np.isnan(block).any() for block in pair):
                continue
            blocks += 1
            for i, block in enumerate(pair):
                total[i] += np.abs(np.fft.fft2((block - block.mean()) * window)) ** 2 / np.sum(window ** 2)
    if blocks == 0:
        return 0, None, None
    frequency = np.abs(np.fft.fftfreq(64, 1 / 64))
    radius = np.hypot(frequency[:, None], frequency[None, :])
    rounded = np.floor(radius + 0.5).astype(int)
    out = []
    for power in (total[0] / blocks, total[1] / blocks):
        out.append({"radial": [power[rounded == k].mean() for k in range(33)],
                    "rows": [power[:, frequency == k].mean() for k in range(33)],
                    "columns": [power[frequency == k, :].mean() for k in range(33)],
                    "high": power[radius >= 16].sum()})
    return blocks, out[0], out[1]


def windows_of(reference, test, size):
    """Every window without gaps: place, looks of both and of the ratio, mean of the ratio, heterogeneity."""
    out = []
    n = size // 5
    for y in range(0, reference.shape[0] - size + 1, size):
        for x in range(0, reference.shape[1] - size + 1, size):
            r, t = reference[y:y + size, x:x + size], test[y:y + size, x:x + size]
            if np.isnan(r).any():
                continue
            blocks = r.reshape(5, n, 5, n).transpose(0, 2, 1, 3).reshape(25, n * n)
            heterogeneity = blocks.mean(axis=1).var(ddof=1) / r.mean() ** 2 if r.mean() != 0 else None
            out.append({"x": x, "y": y, "r": looks(r), "t": looks(t), "ratio": looks(r / t), "ratio_mean": (r / t).mean(),
                        "heterogeneity": heterogeneity})
    return out


def homogeneous(windows):
    able = sorted((w for w in windows if w["heterogeneity"] is not None and w["r"] is not None), key=lambda w: w["heterogeneity"])
    return able[:min(len(able), max(10, min(1000, len(able) // 10)))]


def median(values):
    return float(np.median(values)) if len(values) else None


def half_sample_mode(values):
    if not values:
        return None
    x = np.sort(values)
    while x.size > 3:
        half = (x.size + 1) // 2
        first = int(np.argmin(x[half - 1:] - x[:x.size - half + 1]))
        x = x[first:first + half]
    if x.size == 3:
        if x[1] - x[0] == x[2] - x[1]:
            return float(x[1])
        x = x[:2] if x[1] - x[0] < x[2] - x[1] else x[1:]
    return float(x.mean())


def second_order(ratio):
    level = np.where(ratio >= 0, np.minimum(15, 16 * (ratio / (1 + ratio))), -1)
    level = np.where(np.isnan(level), -1, level).astype(int)
    matrix = np.zeros((16, 16))
    for a, b in ((level[:, 1:], level[:, :-1]), (level[1:], level[:-1])):
        ok = (a >= 0) & (b >= 0)
        np.add.at(matrix, (a[ok], b[ok]), 1)
    if matrix.sum() == 0:
        return None
    matrix = (matrix + matrix.T) / (2 * matrix.sum())
    near = 1 / (1 + np.subtract.outer(np.arange(16), np.arange(16)) ** 2)
    share = matrix.sum(axis=1)
    found, shuffled = np.sum(matrix * near), np.sum(np.outer(share, share) * near)
    return 100 * abs(found - shuffled) / found


def measure_cut(cut, detected):
    cut = np.asarray(cut, dtype=np.complex128)
    if not detected:
        slope = np.angle(np.sum(cut[1:] * np.conj(cut[:-1])))
        cut = cut * np.exp(-1j * slope * np.arange(32))
    spectrum = np.fft.fft(cut)
    fine = np.zeros(512, complex)
    fine[:16], fine[-15:] = spectrum[:16], spectrum[17:]
    fine[16] = fine[-16] = spectrum[16] / 2
    fine = np.fft.ifft(fine) * 16
    power = np.maximum(0, fine.real) if detected else np.abs(fine) ** 2
    peak = 240 + int(np.argmax(power[240:273]))
    half = power[peak] / 2
    distances = []
    for direction in (-1, 1):
        i = peak
        while 0 <= i + direction < 512 and power[i + direction] >= half:
            i += direction
        if not 0 <= i + direction < 512:
            return None
        distances.append(abs(i - peak) + (power[i] - half) / (power[i] - power[i + direction]))
    limits = []
    for direction in (-1, 1):
        i = peak
        while 0 <= i + direction < 512 and power[i + direction] < power[i]:
            i += direction
        limits.append(i)
    inside = power[limits[0]:limits[1] + 1]
    outside = np.concatenate([power[:limits[0]], power[limits[1] + 1:]])
    lobes = outside.size > 0 and outside.max() > 0
    return {"width": sum(distances) / 16, "pslr": 10 * math.log10(outside.max() / power[peak]) if lobes else None,
            "islr": 10 * math.log10(outside.sum() / inside.sum()) if lobes else None}


def points_of(reference, test, reference_complex, test_complex):
    """Points of the reference, highest contrast first."""
    out = []
    core = np.zeros((33, 33), bool)
    core[12:21, 12:21] = True
    height, width = reference.shape
    bright = np.argwhere(np.nan_to_num(reference[16:height - 16, 16:width - 16], nan=-1) > 0) if min(height, width) > 32 else []
    inner = reference[16:height - 16, 16:width - 16]
    for y, x in bright:
        p = inner[y, x]
        row, column = y + 16, x + 16
        around = reference[row - 16:row + 17, column - 16:column + 17]
        if not reference[row, column - 1] < p > reference[row, column + 1] or np.isnan(around).any() or (around >= p).sum() > 1:
            continue
        contrast = p / around[~core].mean()
        if contrast < 100:
            continue
        detected = reference_complex is None
        cuts = []
        for image in ((reference, test) if detected else (reference_complex, test_complex)):
            cuts.append(measure_cut(image[row, column - 16:column + 16], detected))
            cuts.append(measure_cut(image[row - 16:row + 16, column], detected))
        out.append((10 * math.log10(contrast), column, row, cuts))
    out.sort(key=lambda point: -point[0])
    return out[:32]


def check_backscatter(check, band, label, reference, test, valid, quantity, size):
    figures = band["figures"]
    expected = {}
    gap = lambda image: np.where(valid, image, np.nan)
    r, t = gap(reference.power), gap(test.power)
    ratio = r / t
    n = valid.any()
    expected["power_bias"] = 10 * math.log10(t[valid].mean() / r[valid].mean()) if n and t[valid].mean() / r[valid].mean() > 0 else None
    for name, values in (("reference", r[valid]), ("test", t[valid])):
        expected["enl_image_" + name] = looks(values)
        expected["enl_image_amplitude_" + name] = looks(np.sqrt(np.abs(values)))
    expected["ratio_mean"] = float(ratio[valid].mean()) if n else None
    expected["ratio_variance"] = float(ratio[valid].var()) if n else None
    rows, columns = lag_table(ratio)
    check.all_same(label + " ratio_correlation rows", band["ratio_correlation"]["rows"], rows)
    check.all_same(label + " ratio_correlation columns", band["ratio_correlation"]["columns"], columns)
    expected["ratio_correlation_rows"], expected["ratio_correlation_columns"] = rows[0], columns[0]

    windows = windows_of(r, t, size)
    chosen = homogeneous(windows)
    check.same(label + " windows", band["windows"]["count"], len(windows))
    check.all_same(label + " windows x", [w["x"] for w in band["windows"]["homogeneous"]], [w["x"] for w in chosen])
    check.all_same(label + " windows y", [w["y"] for w in band["windows"]["homogeneous"]], [w["y"] for w in chosen])
    expected["enl_windows"] = len(chosen)
    for name, key in (("reference", "r"), ("test", "t")):
        values = [w[key] for w in chosen if w[key] is not None]
        expected["enl_median_" + name] = median(values)
        expected["enl_pooled_" + name] = 1 / np.mean(1 / np.array(values)) if values else None
        expected["enl_mode_" + name] = half_sample_mode([w[key] for w in windows if w[key] is not None])
    a, b = expected["enl_median_reference"], expected["enl_median_test"]
    expected["enl_ratio"] = b / a if a is not None and b is not None else None
    first = None
    if chosen and all(w["ratio"] is not None for w in chosen):
        first = np.mean([(abs(w["r"] - w["ratio"]) / w["r"] + abs(1 - w["ratio_mean"])) / 2 for w in chosen])
    second = second_order(ratio)
    expected["m_index_first_order"], expected["m_index_second_order"] = first, second
    expected["m_index"] = first + second if first is not None and second is not None else None

    speckle = [speckle_of(r), speckle_of(t)]
    for name, image in zip(("reference", "test"), speckle):
        rows, columns = lag_table(image)
        check.all_same(f"{label} speckle {name} rows", band["speckle_correlation"][name]["rows"], rows)
        check.all_same(f"{label} speckle {name} columns", band["speckle_correlation"][name]["columns"], columns)
        expected["speckle_correlation_rows_" + name], expected["speckle_correlation_columns_" + name] = rows[0], columns[0]
    blocks, *both = spectra(*speckle)
    check.same(label + " spectrum blocks", band["spectrum"]["blocks"], blocks)
    expected["spectrum_high_ratio"] = None
    if blocks:
        for name, spectrum in zip(("reference", "test"), both):
            for kind in ("radial", "rows", "columns"):
                check.all_same(f"{label} spectrum {name} {kind}", band["spectrum"][name][kind], spectrum[kind])
        expected["spectrum_high_ratio"] = both[1]["high"] / both[0]["high"] if both[0]["high"] > 0 else None

    points = points_of(r, t, gap(reference.complex) if quantity == "complex" else None,
                       gap(test.complex) if quantity == "complex" else None)
    check.all_same(label + " points x", [p["x"] for p in band["points"]], [p[1] for p in points])
    check.all_same(label + " points contrast", [p["contrast"] for p in band["points"]], [p[0] for p in points])
    widths, peaks, totals = [], [], []
    for found, (_, _, _, cuts) in zip(band["points"], points):
        for place, cut in zip((("reference", "row"), ("reference", "column"), ("test", "row"), ("test", "column")), cuts):
            for key in ("width", "pslr", "islr"):
                entry = found[place[0]][place[1]]
                check.same(f"{label} point {key}", entry and entry[key], cut and cut[key])
        for a, b in ((cuts[0], cuts[2]), (cuts[1], cuts[3])):
            if a and b:
                widths.append(b["width"] / a["width"])
                if a["pslr"] is not None and b["pslr"] is not None:
                    peaks.append(b["pslr"] - a["pslr"])
                    totals.append(b["islr"] - a["islr"])
    expected.update(points=len(points), point_width_ratio=median(widths), point_pslr_change=median(peaks), point_islr_change=median(totals))

    if quantity == "complex":
        z, w = reference.complex[valid], test.complex[valid]
        product = np.sum(w * np.conj(z))
        angle = np.angle(w * np.conj(z))
        noise = np.sum(np.abs(w - z) ** 2)
        expected["coherence"] = abs(product) / math.sqrt(np.sum(np.abs(z) ** 2) * np.sum(np.abs(w) ** 2)) if n else None
        expected["phase_bias"] = float(np.angle(product)) if n else None
        expected["phase_error"] = math.sqrt(np.mean(angle ** 2)) if n else None
        expected["phase_error_weighted"] = math.sqrt(np.sum(np.abs(z) ** 2 * angle ** 2) / np.sum(np.abs(z) ** 2)) if n else None
        expected["snr"] = (math.inf if noise == 0 else 10 * math.log10(np.sum(np.abs(z) ** 2) / noise)) if n else None
    return expected, windows


def scikit_similarity(reference, test, value_range):
    try:
        from skimage.metrics import structural_similarity
    except ImportError:
        return None
    return structural_similarity(reference, test, data_range=value_range, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)


def check_band(check, band, reference, test, label):
    quantity = band["quantity"]
    if quantity == "categorical":
        equal = (reference.raw == test.raw) | (np.isnan(reference.raw) & np.isnan(test.raw))
        check.same(label + " agreement", band["figures"]["agreement"], equal.mean())
        return
    valid = reference.valid & test.valid
    n = int(valid.sum())
    only_r, only_t = int((reference.valid & ~test.valid).sum()), int((test.valid & ~reference.valid).sum())
    expected = {"pixels_compared": n, "pixels_reference_only": only_r, "pixels_test_only": only_t,
                "mask_disagreement": (only_r + only_t) / valid.size,
                "sign_disagreement": int((valid & (reference.negative != test.negative)).sum())}
    all_values = reference.domain[reference.valid]
    if n == 0:
        for name, value in expected.items():
            check.same(f"{label} {name}", band["figures"][name], value)
        check.same(label + " rmse", band["figures"]["rmse"], None)
        return
    expected["reference_low"], expected["reference_high"] = all_values.min(), all_values.max()
    value_range = float(all_values.max() - all_values.min())
    r, t = reference.domain[valid], test.domain[valid]
    expected.update(error_figures(r, t, value_range))
    kinds = [("", reference.domain, test.domain)]
    if reference.power is not None:
        linear = reference.linear[reference.valid]
        expected.update(error_figures(reference.linear[valid], test.linear[valid], float(linear.max() - linear.min()), "_linear"))
        kinds.append(("_linear", reference.linear, test.linear))
    for suffix, a, b in kinds:
        x, y = (int(band["figures"]["max_error" + suffix + axis]) for axis in ("_x", "_y"))
        check.same(f"{label} place of max_error{suffix}", abs(b[y, x] - a[y, x]), expected["max_error" + suffix])

    a, b = (np.where(valid, side.domain, np.nan) for side in (reference, test))
    similarity = None
    if min(valid.shape) >= 11:
        with np.errstate(invalid="ignore", divide="ignore"):
            similarity, _ = similarity_maps(a, b, value_range)
    expected["ssim"] = mean_or_none(similarity) if similarity is not None else None
    with np.errstate(invalid="ignore", divide="ignore"):
        expected["ms_ssim"] = multi_scale(a, b, value_range)
    if valid.all() and min(valid.shape) >= 11 and value_range > 0:
        scikit = scikit_similarity(a, b, value_range)
        if scikit is not None:
            check.same(label + " ssim of scikit-image", band["figures"]["ssim"], float(scikit))

    differences = lambda image: np.nansum(np.abs(np.diff(image, axis=0))) + np.nansum(np.abs(np.diff(image, axis=1)))
    expected["edge_gradient"] = differences(b) / differences(a) if differences(a) > 0 else None
    laplacian = lambda v: v[1:-1, :-2] + v[1:-1, 2:] + v[:-2, 1:-1] + v[2:, 1:-1] - 4 * v[1:-1, 1:-1]
    expected["edge_correlation"] = correlation(laplacian(a), laplacian(b))

    edges = histogram_edges(all_values, quantity, band["type"] in ("Byte", "UInt16", "Int16", "UInt32", "Int32", "UInt64", "Int64"))
    if edges.size == 1:
        edges = np.repeat(edges, 2)
    check.all_same(label + " histogram edges", band["histogram"]["edges"], edges)
    edges = np.array(band["histogram"]["edges"])
    count = [counts(r, edges), counts(t, edges)]
    check.all_same(label + " histogram reference", band["histogram"]["reference"], count[0])
    check.all_same(label + " histogram test", band["histogram"]["test"], count[1])
    even = np.add.outer(np.arange(valid.shape[0]), np.arange(valid.shape[1])) % 2 == 0
    halves = [counts(reference.domain[valid & half], edges) for half in (even, ~even)]
    expected.update(kl=kl(*count), js=js(*count))
    if all(half.sum() for half in halves):
        expected.update(kl_floor=kl(*halves), js_floor=js(*halves))

    windows = []
    if reference.power is not None:
        more, windows = check_backscatter(check, band, label, reference, test, valid, quantity, band["windows"]["size"])
        expected.update(more)
    for name, value in band["figures"].items():
        if not name.endswith(("_x", "_y")) and (name in expected or name not in ("kl_floor", "js_floor")):
            check.same(f"{label} {name}", value, expected[name])

    for c in band["classes"]:
        inside = valid & (reference.domain >= c["low"]) & (reference.domain < c["high"])
        if reference.power is None:
            continue
        errors = error_figures(reference.domain[inside], test.domain[inside], 0)
        for name in ("rmse", "mae", "bias"):
            check.same(f"{label} class {c['low']} {name}", c[name], errors[name])
        check.same(f"{label} class {c['low']} pixels_compared", c["pixels_compared"], int(inside.sum()))
    check.same(label + " pixels in classes", sum(c["pixels_compared"] for c in band["classes"]), n)

    for tile in band["tiles"]:
        place = np.s_[tile["y"]:tile["y"] + tile["height"], tile["x"]:tile["x"] + tile["width"]]
        inside = valid[place]
        name = f"{label} tile {tile['tile']}"
        check.same(name + " pixels_compared", tile["pixels_compared"], int(inside.sum()))
        if not inside.any():
            continue
        u, v = reference.domain[place][inside], test.domain[place][inside]
        for key, value in error_figures(u, v, value_range).items():
            check.same(f"{name} {key}", tile[key], value)
        check.same(name + " kl", tile["kl"], kl(counts(u, edges), counts(v, edges)))
        full = np.full(valid.shape, np.nan)
        if similarity is not None:
            full[5:-5, 5:-5] = similarity
        check.same(name + " ssim", tile["ssim"], mean_or_none(full[place]))
        if reference.power is None:
            continue
        ratio = reference.power[place][inside] / test.power[place][inside]
        check.same(name + " ratio_mean", tile["ratio_mean"], ratio.mean())
        check.same(name + " ratio_variance", tile["ratio_variance"], ratio.var())
        half = band["windows"]["size"] // 2
        own = [w for w in windows if tile["x"] <= w["x"] + half < tile["x"] + tile["width"]
               and tile["y"] <= w["y"] + half < tile["y"] + tile["height"]]
        for key, figure in (("r", "enl_median_reference"), ("t", "enl_median_test")):
            check.same(f"{name} {figure}", tile[figure], median([w[key] for w in own if w[key] is not None]))


def main():
    report = json.load(open(sys.argv[1]))
    reference, test = gdal.Open(sys.argv[2]), gdal.Open(sys.argv[3])
    check = Check()
    pixels = report["width"] * report["height"]
    if report["file"].get("file_bytes"):
        check.same("bits_per_pixel", report["file"]["bits_per_pixel"], 8 * report["file"]["file_bytes"] / pixels)
        bare = sum(gdal.GetDataTypeSize(reference.GetRasterBand(b + 1).DataType) / 8 for b in range(reference.RasterCount))
        check.same("compression_ratio", report["file"]["compression_ratio"], pixels * bare / report["file"]["file_bytes"])
    for band in report["bands"]:
        sides = [Side(dataset, band["band"], band["quantity"]) for dataset in (reference, test)]
        check_band(check, band, *sides, band["name"])
    for name, value in report["whole"].items():
        known = [band["figures"][name] for band in report["bands"] if band["figures"].get(name) is not None]
        known = [math.inf if v == "inf" else v for v in known]
        total = name.startswith("pixels_") or name in ("sign_disagreement", "enl_windows", "points")
        joint = max if name.startswith("max_error") else sum if total else lambda values: sum(values) / len(values)
        check.same("whole " + name, value, joint(known) if known else None)
    for line in check.wrong[:20]:
        print(line)
    print(f"{check.compared} numbers compared, {len(check.wrong)} differ")
    return 1 if check.wrong or check.compared < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
