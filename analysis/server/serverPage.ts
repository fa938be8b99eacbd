import { type MetricSample, parseExposition } from "./exposition.ts";
import {
  type CounterName,
  counters,
  enginePrefix,
  type GaugeName,
  type GpuGaugeName,
  gauges,
  gpuEnergy,
  gpuGauges,
  processStart,
  routerGauges,
} from "./metricNames.ts";
import { routerCounters, routerDecisions, routerSaturation, undivided } from "./routerNames.ts";

/** What one address told at one moment, as numbers; a name that the page has not is absent. */
export interface ServerPage {
  readonly address: string;
  /** From the run's start. */
  readonly ms: number;
  /** null: the page is no engine's. */
  readonly engine: EnginePage | null;
  /** By GPU. */
  readonly gpus: ReadonlyMap<string, GpuPage>;
  readonly router: Readonly<Partial<Record<keyof typeof routerGauges, number>>>;
  /** null: the page is no router's. */
  readonly routing: RouterPage | null;
}

/** What an endpoint picker has counted. */
export interface RouterPage {
  readonly counters: Readonly<Partial<Record<keyof typeof routerCounters, number>>>;
  /** Requests of which it was decided how many pods they go through, and those of more than one. */
  readonly decided?: number;
  readonly disaggregated?: number;
  /** 0 to 1 and above; with several pools that of the fullest. */
  readonly saturation?: number;
  readonly startedAt: number | null;
}

export interface EnginePage {
  readonly counters: Readonly<Partial<Record<CounterName, number>>>;
  readonly gauges: Readonly<Partial<Record<GaugeName, number>>>;
  /** Of the fullest of the pod's engines; `gauges.kvCacheUse` is their mean. */
  readonly kvCacheMax: number | null;
  readonly startedAt: number | null;
}

export interface GpuPage {
  readonly gauges: Readonly<Partial<Record<GpuGaugeName, number>>>;
  readonly energyJoules: number | null;
}

export function readServerPage(address: string, ms: number, text: string): ServerPage {
  const byName = new Map<string, MetricSample[]>();
  for (const sample of parseExposition(text)) {
    // NaN is what a gauge without a value says.
    if (!Number.isFinite(sample.value)) continue;
    const found = byName.get(sample.name);
    if (found === undefined) byName.set(sample.name, [sample]);
    else found.push(sample);
  }
  return {
    address,
    ms,
    engine: engineOf(byName),
    gpus: gpusOf(byName),
    router: routerOf(byName),
    routing: routingOf(byName),
  };
}

type ByName = ReadonlyMap<string, readonly MetricSample[]>;

function engineOf(byName: ByName): EnginePage | null {
  if (![...byName.keys()].some((name) => name.startsWith(enginePrefix))) return null;
  const kv = valuesOf(byName, gauges.kvCacheUse);
  const summed = each(gauges, (names) => sum(valuesOf(byName, names)));
  const use = sum(kv);
  return {
    counters: each(counters, (names) => sum(valuesOf(byName, names))),
    // Two engines at 40 % are not one at 80 %.
    gauges: use === undefined ? summed : { ...summed, kvCacheUse: use / kv.length },
    kvCacheMax: kv.length === 0 ? null : Math.max(...kv),
    startedAt: valuesOf(byName, [processStart])[0] ?? null,
  };
}

function routerOf(byName: ByName): ServerPage["router"] {
  return each(routerGauges, (names) => sum(valuesOf(byName, names)));
}

function routingOf(byName: ByName): RouterPage | null {
  const found = each(routerCounters, (names) => sum(valuesOf(byName, names)));
  const decisions = samplesOf(byName, routerDecisions);
  const saturation = valuesOf(byName, routerSaturation);
  if (Object.keys(found).length === 0 && decisions.length === 0 && saturation.length === 0) return null;
  const count = (samples: readonly MetricSample[]) => samples.reduce((total, { value }) => total + value, 0);
  return {
    counters: found,
    ...(decisions.length === 0
      ? {}
      : {
          decided: count(decisions),
          disaggregated: count(decisions.filter(({ labels }) => labels.decision_type !== undivided)),
        }),
    ...(saturation.length === 0 ? {} : { saturation: Math.max(...saturation) }),
    startedAt: valuesOf(byName, [processStart])[0] ?? null,
  };
}

function gpusOf(byName: ByName): Map<string, GpuPage> {
  const all = [...Object.values(gpuGauges), gpuEnergy].flatMap((name) => byName.get(name) ?? []);
  const held = ({ labels }: MetricSample) => (labels.exported_pod ?? labels.pod ?? "") !== "";
  // An exporter tells of every GPU of its node; where it names pods, those that nobody holds are not ours.
  const own = all.some(held) ? all.filter(held) : all;
  const gpus = new Map<string, { gauges: Partial<Record<GpuGaugeName, number>>; energyJoules: number | null }>();
  for (const { name, labels, value } of own) {
    const key = [labels.UUID ?? `${labels.Hostname ?? ""}/${labels.gpu ?? ""}`, labels.GPU_I_ID ?? ""].join(" ").trim();
    const gpu = gpus.get(key) ?? { gauges: {}, energyJoules: null };
    gpus.set(key, gpu);
    if (name === gpuEnergy) gpu.energyJoules = value / 1000;
    for (const [gauge, itsName] of Object.entries(gpuGauges) as [GpuGaugeName, string][]) {
      if (name === itsName) gpu.gauges[gauge] = gauge === "utilisation" ? value / 100 : value;
    }
  }
  return gpus;
}

/** Values of the first of these names that the page has. */
function valuesOf(byName: ByName, names: readonly string[]): number[] {
  return samplesOf(byName, names).map(({ value }) => value);
}

function samplesOf(byName: ByName, names: readonly string[]): readonly MetricSample[] {
  return names.map((name) => byName.get(name)).find((found) => found !== undefined) ?? [];
}

function sum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
}

function each<Key extends string>(
  table: Readonly<Record<Key, readonly string[]>>,
  read: (names: readonly string[]) => number | undefined,
): Partial<Record<Key, number>> {
  const entries = (Object.entries(table) as [Key, readonly string[]][]).flatMap(([key, names]) => {
    const value = read(names);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries) as Partial<Record<Key, number>>;
}
