/** The pictures of this room as the chart library draws them. Nothing is told by colour alone: each part has its pattern, and a table stands beside. */
import type { Make, Tokens } from "./chart";
import { FATES, type Fate, type Sum } from "./sums";

const STRIPES = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4 };
const dressOf = (t: Tokens): Record<Fate, object> => ({
  broken: { color: t.late, decal: { symbol: "none" } },
  at_risk: { color: t.riskBg, borderColor: t.risk, borderWidth: 1, decal: { ...STRIPES, color: t.risk } },
  running: { color: t.paper, borderColor: t.edge, borderWidth: 1, decal: { symbol: "none" } },
  kept: { color: t.edge, decal: { symbol: "none" } },
});
const tooltip = (t: Tokens) => ({ renderMode: "richText", confine: true, backgroundColor: t.ink, borderWidth: 0, padding: [6, 10], textStyle: { color: t.paper, fontSize: 12, fontFamily: t.font } });
const bare = { left: 0, right: 0, top: 0, bottom: 0, outerBoundsMode: "none" };
const quiet = { axisLine: { show: false }, axisTick: { show: false } };
type Point = { dataIndex: number };
const fates = (name: (f: Fate) => string, s: Sum) => FATES.filter((f) => s[f]).map((f) => `${name(f)}  ${s[f]}`).join("\n");
const stacked = (t: Tokens, sums: Sum[], barWidth: number | string) => FATES.map((fate) => ({ type: "bar", name: fate, stack: "all", barWidth, barMinWidth: 2, cursor: "pointer", itemStyle: dressOf(t)[fate], emphasis: { disabled: true }, data: sums.map((s) => s[fate] || null) }));

/** Bars lying down, one a line of the table beside. */
export const lying = (sums: Sum[], names: string[], most: number, name: (f: Fate) => string): Make => (t) => ({
  grid: bare, tooltip: { ...tooltip(t), trigger: "item", formatter: ({ dataIndex: i }: Point) => `${names[i]}\n${fates(name, sums[i]!)}` },
  xAxis: { type: "value", show: false, min: 0, max: most }, yAxis: { type: "category", show: false, inverse: true, data: names },
  series: stacked(t, sums, 14),
});
/** Upright bars along the time. */
export const upright = (sums: Sum[], labels: string[], name: (f: Fate) => string): Make => (t, width) => ({
  grid: { left: 36, right: 0, top: 12, bottom: 24, outerBoundsMode: "none" },
  tooltip: { ...tooltip(t), trigger: "axis", axisPointer: { type: "shadow", z: 0, shadowStyle: { color: t.press, opacity: 1 } }, formatter: (at: Point[]) => `${labels[at[0]!.dataIndex]}\n${fates(name, sums[at[0]!.dataIndex]!)}` },
  xAxis: { type: "category", data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: t.edge } }, axisLabel: { color: t.ink3, fontFamily: t.font, fontSize: 12, hideOverlap: true } },
  yAxis: { type: "value", min: 0, minInterval: 1, splitNumber: 3, ...quiet, splitLine: { lineStyle: { color: t.line } }, axisLabel: { color: t.ink3, fontFamily: t.font, fontSize: 12 } },
  series: stacked(t, sums, Math.max(3, Math.min(28, Math.floor((width - 36) / sums.length) - 4))),
});
const NARROW = 520;
/** How long it took: a bar a step, the count on each, and where half, nine in ten and ninety-nine in a hundred are. Lies down where there is no room to stand. */
export const spread = (counts: number[], labels: string[], marks: { place: number; label: string }[]): Make => (t, width) => {
  const narrow = width < NARROW, most = Math.max(1, ...counts), top = most * (narrow ? 1.45 : 1.3), word = { color: t.ink3, fontFamily: t.font, fontSize: 12 };
  const steps = { type: "category", data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: t.edge } }, axisLabel: { ...word, interval: 0 } };
  const amount = { type: "value", min: 0, max: top, show: false };
  return {
    grid: narrow ? { left: 88, right: 8, top: 4, bottom: 4, outerBoundsMode: "none" } : { left: 0, right: 0, top: 24, bottom: 24, outerBoundsMode: "none" },
    tooltip: { ...tooltip(t), trigger: "item", formatter: ({ dataIndex: i }: Point) => `${labels[i]}  ${counts[i]}` },
    ...(narrow ? { yAxis: { ...steps, inverse: true }, xAxis: amount } : { xAxis: steps, yAxis: amount }),
    series: [{
      type: "bar", barCategoryGap: "24%", cursor: "pointer", data: counts, itemStyle: { color: t.edge, decal: { symbol: "none" } }, emphasis: { disabled: true },
      label: { show: true, position: narrow ? "right" : "top", ...word, color: t.ink2 },
      markLine: {
        silent: true, symbol: "none", animation: false, lineStyle: { color: t.ink, type: "dashed", width: 1 },
        label: { position: narrow ? "insideStartTop" : "start", color: t.ink, fontFamily: t.font, fontSize: 12, fontWeight: 600 },
        // From the edge down to the count on the bar, which stays legible.
        data: marks.map((m) => { const end = counts[m.place]! + most * (narrow ? 0.14 : 0.12), at = (v: number) => (narrow ? [v, m.place] : [m.place, v]); return [{ coord: at(top), label: { formatter: m.label } }, { coord: at(Math.min(end, top)) }]; }),
      },
    }],
  };
};
