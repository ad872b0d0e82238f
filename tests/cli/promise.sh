#!/usr/bin/env bash
# Promises on every pixel as a user meets them: kept on simulated rasters of every type and on real ones, whatever the
# threads; averages of kept samples; clear refusals.
#   tests/cli/promise.sh SARINR
set -uo pipefail
sarinr=$(realpath "$1")
data=$(realpath -m "$(dirname "$0")/../../../shared/data")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
python=/usr/bin/python3
quietly() { "$sarinr" --log-level error "$@" >/dev/null 2>&1; }

# check.py SOURCE RENDERED db|unit|lossless LIMIT QUANTITY: every pixel, what has no value included.
cat >check.py <<'P'
import sys
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
source, rendered, kind, limit, quantity = sys.argv[1:]
a, b = gdal.Open(source), gdal.Open(rendered)
for k in range(1, a.RasterCount + 1):
    x, y, nodata = a.GetRasterBand(k).ReadAsArray(), b.GetRasterBand(k).ReadAsArray(), a.GetRasterBand(k).GetNoDataValue()
    assert x.dtype == y.dtype and x.shape == y.shape
    valid = np.isfinite(x)
    if nodata is not None:
        valid &= x != nodata
    if quantity in ("amplitude", "power", "complex"):
        valid &= x != 0
    assert np.array_equal(x[~valid], y[~valid], equal_nan=True), "pixels without a value"
    if kind == "lossless":
        assert np.array_equal(x, y, equal_nan=True)
        continue
    wide = complex if np.iscomplexobj(x) else float
    x, y = x[valid].astype(wide), y[valid].astype(wide)
    if kind == "db" and quantity != "db":
        assert (x / y > 0).all()
        error = (20 if quantity == "amplitude" else 10) * np.abs(np.log10(x / y))
    else:
        error = np.abs(x - y)
    assert error.max() <= float(limit), f"band {k}: {error.max()}"
P

# kept SOURCE QUANTITY LIMIT_DB LIMIT: all promises that the quantity knows.
kept() {
  local source=$1 quantity=$2 decibels=$3 units=$4
  local name; name=$(basename "$source")
  quietly fit "$source" p.sinr --quantity "$quantity" --lossless --overwrite || fail "$name: fit --lossless"
  quietly render p.sinr p.tif --overwrite && $python check.py "$source" p.tif lossless 0 "$quantity" || fail "$name --lossless"
  quietly fit "$source" p.sinr --quantity "$quantity" --max-error "$units" --overwrite || fail "$name: fit --max-error"
  quietly render p.sinr p.tif --overwrite && $python check.py "$source" p.tif unit "$units" "$quantity" || fail "$name --max-error $units"
  [ "$decibels" = - ] && return
  quietly fit "$source" p.sinr --quantity "$quantity" --max-error-db "$decibels" --overwrite || fail "$name: fit --max-error-db"
  quietly render p.sinr p.tif --overwrite && $python check.py "$source" p.tif db "$decibels" "$quantity" || fail "$name --max-error-db $decibels"
}

# Speckle in every type, with nodata, NaN, zeros and negative numbers where the type has them.
$python - <<'P' || exit 1
import numpy as np
from osgeo import gdal
gdal.UseExceptions()
rng = np.random.default_rng(4)
ramp = np.add.outer(np.linspace(1, 60, 90), np.linspace(0, 30, 130))
power = rng.gamma(4, .25, ramp.shape) * ramp
def write(name, values, kind, nodata=None):
    d = gdal.GetDriverByName("GTiff").Create(name, 130, 90, 1, kind)
    values = values.copy()
    if nodata is not None:
        values[60:, 100:] = nodata
        d.GetRasterBand(1).SetNoDataValue(nodata)
    d.GetRasterBand(1).WriteArray(values)
negative = power.copy()
negative[5:9, 7:30] *= -1
negative[20, 3:40] = 0
write("byte.tif", np.minimum(255, 20 * np.sqrt(power)).astype("u1"), gdal.GDT_Byte, 0)
write("uint16.tif", (300 * np.sqrt(power)).astype("u2"), gdal.GDT_UInt16)
write("int16.tif", (40 * negative).astype("i2"), gdal.GDT_Int16, -7)
write("uint32.tif", (1e6 * power).astype("u4"), gdal.GDT_UInt32, 3)
write("int32.tif", (1e5 * negative).astype("i4"), gdal.GDT_Int32)
write("float32.tif", negative.astype("f4"), gdal.GDT_Float32, 1.5)
write("float64.tif", negative, gdal.GDT_Float64, np.nan)
level = 10 * np.log10(power)
level[3:9, 4:9] = np.nan
write("db32.tif", level.astype("f4"), gdal.GDT_Float32, -99)
write("db64.tif", level, gdal.GDT_Float64)
write("db16.tif", np.nan_to_num(100 * level).astype("i2"), gdal.GDT_Int16, -9999)
z = rng.normal(size=ramp.shape) + 1j * rng.normal(size=ramp.shape)
z[40, 5:60] = 0
write("cint16.tif", np.round(300 * z.real) + 1j * np.round(300 * z.imag), gdal.GDT_CInt16)
write("cint32.tif", np.round(3e5 * z.real) + 1j * np.round(3e5 * z.imag), gdal.GDT_CInt32)
write("cfloat32.tif", (z * ramp).astype("c8"), gdal.GDT_CFloat32)
write("cfloat64.tif", z * ramp, gdal.GDT_CFloat64)
P
kept byte.tif amplitude 0.5 3
kept uint16.tif amplitude 0.25 5.5
kept int16.tif power 1 20
kept uint32.tif amplitude 0.1 1000
kept int32.tif power 0.5 1e4
kept float32.tif power 0.25 0.01
kept float64.tif power 0.5 0.01
kept db32.tif db 0.25 0.1
kept db64.tif db 1 0.01
kept db16.tif other - 40
kept cint16.tif complex - 10
kept cint32.tif complex - 100
kept cfloat32.tif complex - 0.1
kept cfloat64.tif complex - 0.1

# Real rasters, where they are.
if [ -d "$data" ]; then
  while read -r file quantity decibels units; do kept "$data/$file" "$quantity" "$decibels" "$units"; done <<'L'
sentinel1/spain_vvvh_sigma0_db.tif db 0.25 1
sentinel1/camargue_vv_gamma0_db.tif db 0.5 1
sentinel1/morocco_vv_amplitude.tif amplitude 1 0.01
sentinel1/morocco_coherence.tif other - 0.01
sentinel1/india_grd_vvvh_dn_gcp.tif amplitude 0.5 8
sentinel1/seychelles_grd_vh_dn_gcp.tif amplitude 0.25 1
sentinel1/wuhan_city_vh_power.tif power 0.5 0.001
polsar/winnipeg_dualpol_power_101x201.tif power 0.5 0.001
degenerate/rotterdam_db_untagged_nan.tif db 0.5 1
slc/asar_cint16.tif complex - 20
slc/rotterdam_quadpol_cint16_rotated.tif complex - 100
slc/uavsar_winnipeg_hh_cfloat32.tif complex - 0.01
slc/asar_cfloat32.tif complex - 20
reference/ramb_ref_amp.tif amplitude 0.25 5
reference/lely_ref_amp.tif amplitude 0.5 5
reference/limagne_ref_amp.tif amplitude 1 5
reference/marais1_ref_amp.tif amplitude 0.25 1
L
else
  echo "no shared data: real rasters are left out"
fi

# Threads change nothing.
quietly fit uint16.tif one.sinr --max-error-db 0.5 --tile-size 32 --threads 1 || fail "fit --threads 1"
quietly fit uint16.tif two.sinr --max-error-db 0.5 --tile-size 32 --threads 3 || fail "fit --threads 3"
cmp -s one.sinr two.sinr || fail "three threads write other bytes than one"
quietly render one.sinr one1.tif --threads 1 || fail "render --threads 1"
quietly render one.sinr one3.tif --threads 3 || fail "render --threads 3"
cmp -s one1.tif one3.tif || fail "three threads render other pixels than one"
$python check.py uint16.tif one3.tif db 0.5 amplitude || fail "small tiles break the promise"
quietly fit uint16.tif whole.sinr --max-error-db 0.5 || fail "fit"

# Averages are of the kept samples; points between them are near; the promise is said not to be theirs.
said=$("$sarinr" render whole.sinr half.tif --scale 0.5 2>&1) || fail "render --scale 0.5"
grep -q "the file's promise (every valid pixel within 0.5 dB) is of its own grid" <<<"$said" || fail "no word on the promise: $said"
quietly render whole.sinr native.tif || fail "render"
quietly render whole.sinr double.tif --scale 2 || fail "render --scale 2"
$python - <<'P' || fail "averages and points of kept samples"
import numpy as np
from osgeo import gdal
native, half, double = (gdal.Open(p).ReadAsArray().astype(float) for p in ("native.tif", "half.tif", "double.tif"))
wanted = np.sqrt((native ** 2).reshape(45, 2, 65, 2).mean((1, 3)))
assert np.abs(half - wanted).max() <= 0.51, np.abs(half - wanted).max()
means = double.reshape(90, 2, 130, 2).mean((1, 3))
assert np.corrcoef(means.ravel(), native.ravel())[0, 1] > 0.9
P
# The driver writes and reads the same.
export GDAL_DRIVER_PATH; GDAL_DRIVER_PATH=$(realpath "$(dirname "$sarinr")/../gdalplugins")
gdal_translate -q -of SARINR -co MAX_ERROR_DB=0.5 uint16.tif driver.sinr || fail "gdal_translate -co MAX_ERROR_DB=0.5"
gdal_translate -q driver.sinr driver.tif || fail "gdal_translate"
$python check.py uint16.tif driver.tif db 0.5 amplitude || fail "the driver breaks the promise"
gdalinfo driver.sinr | grep -q "COMPRESSION=samples, every valid pixel within 0.5 dB" || fail "gdalinfo does not tell the promise"
gdal_translate -q -of SARINR -co LOSSLESS=YES -co EPOCHS=3 uint16.tif x.sinr 2>said && fail "accepted: LOSSLESS with EPOCHS"
grep -q "EPOCHS is for fields" said || fail "EPOCHS with LOSSLESS: $(cat said)"

"$sarinr" --log-level error info whole.sinr | grep -q "every valid pixel within 0.5 dB, on the raster's own grid" || fail "info does not tell the promise"
quietly info whole.sinr --verify || fail "info --verify"

refuse() { local want=$1; shift; local said; said=$("$sarinr" "$@" 2>&1 >/dev/null) && fail "accepted: $*"; grep -q -- "$want" <<<"$said" || fail "'$want' is not in: $said"; }
refuse '--arch is for fields, which cannot promise anything of a single pixel, but --lossless' fit uint16.tif x.sinr --lossless --arch siren
refuse '--bpp is for fields' fit uint16.tif x.sinr --max-error-db 1 --bpp 1
refuse 'give one of --max-error-db, --max-error and --lossless' fit uint16.tif x.sinr --lossless --max-error 1
refuse '--max-error-db needs amplitude, power or decibels, but band 1 is of quantity complex' fit cint16.tif x.sinr --max-error-db 1
refuse '--max-error is 0; it must be a positive number' fit uint16.tif x.sinr --max-error 0
refuse '--max-error-db is -1; it must be a positive number' fit uint16.tif x.sinr --max-error-db -1
refuse '--tiles is for fields' fit uint16.tif x.sinr --lossless --tiles 0-1
[ ! -e x.sinr ] || fail "a refused fit left a file"
exit $failed
