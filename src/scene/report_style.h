#pragma once

namespace sarinr {

/// The page's stylesheet: light and dark by the reader's setting, black on white in print.
inline constexpr const char* report_style = R"css(
:root{--paper:#fff;--ink:#1b1f24;--soft:#5c6670;--rule:#d8dde2;--panel:#f5f7f9;--reference:#6b7682;--test:#c2410c;--bad:#b91c1c}
@media(prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e4e8ec;--soft:#98a3ae;--rule:#333b43;--panel:#1c2228;
--reference:#a3afbb;--test:#fb923c;--bad:#f87171}}
*{box-sizing:border-box}
body{margin:0 auto;padding:28px 24px 60px;max-width:1180px;background:var(--paper);color:var(--ink);
font:14px/1.45 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
h1{font-size:23px;margin:0 0 2px}
h2{font-size:18px;margin:38px 0 10px;padding-bottom:4px;border-bottom:1px solid var(--rule)}
h3{font-size:14px;margin:22px 0 8px}
p{margin:4px 0;color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(142px,1fr));gap:10px;margin:16px 0}
.card{background:var(--panel);border-radius:6px;padding:9px 12px}
.card b{display:block;font-size:18px;white-space:nowrap;font-weight:600;font-variant-numeric:tabular-nums}
.card span{color:var(--soft);font-size:12px}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:16px;margin-top:16px}
figure{margin:0}
figcaption{font-size:12.5px;font-weight:600;margin-bottom:5px}
figcaption small{display:block;font-weight:400;color:var(--soft)}
.picture{position:relative;line-height:0;border:1px solid var(--rule)}
.picture img{width:100%;image-rendering:pixelated}
.picture svg{position:absolute;inset:0;width:100%;height:100%}
.picture rect{fill:none;stroke:#facc15;vector-effect:non-scaling-stroke;stroke-width:1.2}
.bar{display:flex;align-items:center;gap:6px;margin-top:5px;font-size:11.5px;color:var(--soft)}
.bar i{flex:1;height:7px;border-radius:2px;border:1px solid var(--rule)}
.chart svg{width:100%;display:block}
.chart text{font-size:11px;fill:var(--soft)}
.grid{stroke:var(--rule);fill:none}
.axis{stroke:var(--soft);fill:none}
.line path{fill:none;stroke-width:1.7;stroke-linejoin:round}
.reference path{stroke:var(--reference)}.reference circle{fill:var(--reference)}
.test path{stroke:var(--test)}.test circle{fill:var(--test)}
.test path{stroke-dasharray:6 2.5}
.plain path{stroke:var(--ink)}.plain circle{fill:var(--ink)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:12.5px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1px solid var(--soft)}
th,td{padding:3px 12px 3px 0}
td{vertical-align:top}
td{border-bottom:1px solid var(--rule)}
td.number,th.number{text-align:right}
td.number{white-space:nowrap}
th{vertical-align:bottom}
td.meaning{color:var(--soft)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);padding:12px;border-radius:6px;font-size:12px}
@page{size:A4;margin:14mm}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--panel:#f2f2f2;--reference:#666;--test:#b03000}
body{padding:0;max-width:none;font-size:10.5px}
.cards{grid-template-columns:repeat(5,1fr)}
.pictures{grid-template-columns:repeat(3,1fr);gap:10px}
.charts{grid-template-columns:repeat(2,1fr);gap:10px}
figcaption{font-size:10px}
pre{font-size:8.5px}
table{font-size:8.5px}
th,td{padding:2px 6px 2px 0}
.scroll{overflow:visible}
h2{break-after:avoid}h3{break-after:avoid}
figure,.card,tr{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

}  // namespace sarinr
