/** The one place that knows the chart library; loaded when a picture is first shown. Drawn as SVG, its tooltip too: nothing needs a style in the page. */
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

use([BarChart, GridComponent, TooltipComponent, MarkLineComponent, AriaComponent, SVGRenderer]);

/** Our tokens as the chart library takes colours: plain ones, of the theme shown now. */
export interface Tokens { paper: string; press: string; line: string; edge: string; ink: string; ink2: string; ink3: string; risk: string; riskBg: string; late: string; font: string }
const NAMES = { paper: "--paper", press: "--press", line: "--line", edge: "--edge", ink: "--ink", ink2: "--ink-2", ink3: "--ink-3", risk: "--risk", riskBg: "--risk-bg", late: "--late" } as const;
function tokensAt(place: Element): Tokens {
  // A custom property is given back as it was written (`light-dark(…)`); as the colour of something it is computed.
  const probe = place.appendChild(document.createElement("i"));
  const found = Object.fromEntries(Object.entries(NAMES).map(([name, property]) => { probe.style.color = `var(${property})`; return [name, getComputedStyle(probe).color]; }));
  probe.remove();
  return { ...found, font: getComputedStyle(place).fontFamily } as unknown as Tokens;
}
export type Make = (tokens: Tokens, width: number) => EChartsCoreOption;
export default function Chart({ make, height, onPick }: { make: Make; height: number; onPick?: (place: number, series: number) => void }) {
  const box = useRef<HTMLDivElement>(null), pick = useRef(onPick), latest = useRef(make), redraw = useRef<() => void>(() => {});
  pick.current = onPick;
  latest.current = make;
  useEffect(() => {
    const place = box.current!;
    let chart: EChartsType | undefined;
    const draw = () => {
      if (!place.clientWidth) return;
      chart ??= init(place, null, { renderer: "svg" });
      chart.resize();
      chart.setOption({ animation: false, aria: { enabled: true, label: { enabled: false }, decal: { show: true } }, ...latest.current(tokensAt(place), place.clientWidth) }, { notMerge: true });
      chart.off("click");
      chart.on("click", (e) => { if (e.componentType === "series") pick.current?.(e.dataIndex, e.seriesIndex ?? 0); });
    };
    redraw.current = draw;
    const size = new ResizeObserver(draw), dark = matchMedia("(prefers-color-scheme: dark)"), theme = new MutationObserver(draw);
    size.observe(place);
    dark.addEventListener("change", draw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => { size.disconnect(); theme.disconnect(); dark.removeEventListener("change", draw); chart?.dispose(); };
  }, []);
  useEffect(() => redraw.current(), [make, height]);
  return <div ref={box} className="chart" style={{ height }} />;
}
