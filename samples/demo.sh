#!/usr/bin/env bash
# Installs what is missing, builds sarinr, simulates a SAR scene, fits it, renders it back and shows what came of it.
set -euo pipefail
cd "$(dirname "$0")/.."
samples/bootstrap.sh
mkdir -p build
if [ ! -e build/release/build.ninja ]; then
  cmake --preset release -DSARINR_TESTS=OFF >build/release.configure.log 2>&1 || { cat build/release.configure.log; exit 1; }
fi
cmake --build --preset release -j "$(nproc)" >build/release.build.log || { tail -n 40 build/release.build.log; exit 1; }

sarinr=build/release/bin/sarinr
out=build/demo
mkdir -p $out
if [ ! -e $out/scene.tif ]; then
  $sarinr simulate $out/scene.tif --size 512,512 --quantity db --looks 4 --quiet
fi
if [ ! -e $out/scene.sinr ] || [ $sarinr -nt $out/scene.sinr ]; then
  $sarinr fit $out/scene.tif $out/scene.sinr --overwrite --epochs 100
  $sarinr render $out/scene.sinr $out/back.tif --overwrite --quiet
fi
$sarinr info $out/scene.sinr

# Before and after side by side, on one stretch.
picture=$out/before_after.png
for side in scene back; do
  gdal_translate -q -of PNG -ot Byte -scale -25 5 0 255 $out/$side.tif $out/$side.png
done
size=$(gdalinfo $out/scene.tif | sed -n 's/^Size is \([0-9]*\), .*/\1/p')
cat >$out/pair.vrt <<V
<VRTDataset rasterXSize="$((2 * size + 8))" rasterYSize="$size">
  <VRTRasterBand dataType="Byte" band="1">
    <NoDataValue>255</NoDataValue>
    <SimpleSource><SourceFilename relativeToVRT="1">scene.png</SourceFilename><SourceBand>1</SourceBand>
      <SrcRect xOff="0" yOff="0" xSize="$size" ySize="$size"/><DstRect xOff="0" yOff="0" xSize="$size" ySize="$size"/></SimpleSource>
    <SimpleSource><SourceFilename relativeToVRT="1">back.png</SourceFilename><SourceBand>1</SourceBand>
      <SrcRect xOff="0" yOff="0" xSize="$size" ySize="$size"/><DstRect xOff="$((size + 8))" yOff="0" xSize="$size" ySize="$size"/></SimpleSource>
  </VRTRasterBand>
</VRTDataset>
V
gdal_translate -q -of PNG -a_nodata none $out/pair.vrt $picture
rm -f $out/*.aux.xml
echo
echo "$(stat -c %s $out/scene.tif) bytes of raster became $(stat -c %s $out/scene.sinr) bytes of fields; before and after: $picture"
