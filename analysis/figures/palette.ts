/** Okabe-Ito colours; ink and greys reach 4.5:1 on white. The report's dark theme maps these very values (report/style.ts). */
export const ink = {
  text: "#1b1f24",
  muted: "#57606a",
  axis: "#8c959f",
  grid: "#e7e9ec",
  paper: "#ffffff",
  simulated: "#9a3412",
  stampPaper: "#fff7ed",
  watermark: "#e9ecef",
  zone: "#f3f4f6",
} as const;

export interface SeriesStyle {
  readonly color: string;
  /** Outline of the marker: ink where the colour alone is below 3:1 on white. */
  readonly outline: string;
  readonly shape: string;
  readonly dash: readonly number[];
}

const series: readonly SeriesStyle[] = [
  { color: "#0072B2", outline: "#ffffff", shape: "circle", dash: [] },
  { color: "#D55E00", outline: "#ffffff", shape: "square", dash: [7, 3] },
  { color: "#009E73", outline: "#ffffff", shape: "diamond", dash: [2, 2.5] },
  { color: "#CC79A7", outline: ink.text, shape: "triangle-up", dash: [9, 3, 2, 3] },
  { color: "#E69F00", outline: ink.text, shape: "triangle-down", dash: [4, 2] },
  { color: "#56B4E9", outline: ink.text, shape: "cross", dash: [1.5, 3] },
  { color: ink.text, outline: "#ffffff", shape: "triangle-right", dash: [12, 4] },
  { color: "#6e7781", outline: "#ffffff", shape: "triangle-left", dash: [6, 2, 1.5, 2] },
];

/** Style of the n-th series as declared, so that a system looks the same in every figure. From the ninth on they repeat. */
export const seriesStyle = (index: number): SeriesStyle => series[index % series.length]!;
