type Values = Record<string, unknown>;

interface Modernised {
  readonly values: unknown;
  readonly warnings: readonly string[];
}

/** Keys of `guidellm benchmark` up to 0.6 (benchmark/schemas/generative/entrypoints.py@v0.6.1, cli options @v0.3.1), without hyphens. */
const flatKeys = [
  "target",
  "rate_type",
  "rate",
  "max_seconds",
  "max_requests",
  "data_request_formatter",
  "backend_type",
  "processor",
];

/**
 * The flat settings of guidellm up to 0.6 in the shape of 0.7, which takes them no more; and keys with hyphens, which both
 * take, as the schema has them. A key that has no place in the new shape stays, so that the check names it.
 */
export function modernise(values: unknown): Modernised {
  const plain = withoutHyphens(values);
  if (!isObject(plain) || "spec" in plain || !flatKeys.some((key) => key in plain))
    return { values: plain, warnings: [] };
  const warnings = ["flat settings of guidellm up to 0.6, run in the shape of 0.7"];
  const { target, model, processor, random_seed, max_seconds, max_requests, max_errors, max_error_rate, ...rest } =
    plain;
  const { rate_type, profile, rate, data, data_request_formatter, request_type, backend_type, backend, ...more } = rest;
  const { backend_kwargs, backend_args, data_samples, warmup, warmup_percent, cooldown, cooldown_percent, ...others } =
    more;
  const { output_path, output_dir, outputs, sample_requests, disable_progress, ...unknown } = others;
  if ([output_path, output_dir, outputs].some((value) => value !== undefined))
    warnings.push("its outputs are left out: ours is used");
  const constraints = [
    ...limit("max_duration", "seconds", max_seconds),
    ...limit("max_requests", "count", max_requests),
    ...limit("max_errors", "count", max_errors),
    ...limit("max_error_rate", "rate", max_error_rate),
  ];
  return {
    values: {
      spec: {
        backend: defined({
          kind: backend_type ?? backend ?? "openai_http",
          target,
          model,
          request_format: formatOf(data_request_formatter ?? request_type),
          ...(isObject(backend_kwargs ?? backend_args) ? ((backend_kwargs ?? backend_args) as Values) : {}),
        }),
        profile: defined({
          ...profileOf(String(rate_type ?? profile ?? "sweep"), rate),
          warmup: warmup ?? warmup_percent,
          cooldown: cooldown ?? cooldown_percent,
        }),
        ...(constraints.length > 0 ? { constraints } : {}),
        ...(processor === undefined ? {} : { tokenizer: { kind: "huggingface_auto", model: processor } }),
        data: [data].flat().map(dataOf),
        ...(data_samples === undefined ? {} : { data_loader: { kind: "pytorch", samples: data_samples } }),
        ...(random_seed === undefined ? {} : { seed: { kind: "static", value: random_seed } }),
      },
      ...unknown,
    },
    warnings,
  };
}

function limit(kind: string, key: string, value: unknown): Values[] {
  return value === undefined || value === null ? [] : [{ kind, [key]: value }];
}

function profileOf(kind: string, rate: unknown): Values {
  const values = typeof rate === "string" ? rate.split(",").map(Number) : rate;
  if (kind === "concurrent") return { kind, streams: values };
  if (kind === "sweep") return defined({ kind, sweep_size: [values].flat()[0] });
  if (kind === "throughput") return defined({ kind, max_concurrency: [values].flat()[0] });
  if (kind === "synchronous") return { kind };
  return { kind: kind === "async" ? "constant" : kind, rate: values };
}

const formats: Values = {
  text_completions: "/v1/completions",
  chat_completions: "/v1/chat/completions",
};

function formatOf(formatter: unknown): unknown {
  // The default changed from text to chat with 0.4; both versions called the flat file theirs, and chat is today's.
  return typeof formatter === "string" ? (formats[formatter] ?? formatter) : "/v1/chat/completions";
}

/** "prompt_tokens=256,output_tokens=128", the same as JSON or as an object, a file, or the name of a dataset. */
function dataOf(data: unknown): unknown {
  if (isObject(data)) return "kind" in data ? data : { kind: "synthetic_text", ...data };
  if (typeof data !== "string") return data;
  if (data.trimStart().startsWith("{")) {
    try {
      return dataOf(withoutHyphens(JSON.parse(data)));
    } catch {
      return data;
    }
  }
  if (data.includes("=")) {
    const pairs = data.split(",").map((pair) => pair.split("=", 2).map((part) => part.trim()));
    return { kind: "synthetic_text", ...Object.fromEntries(pairs.map(([key, value]) => [key, Number(value)])) };
  }
  const ending = /\.(txt|csv|jsonl?|parquet|arrow|hdf5|db|tar)$/.exec(data)?.[1];
  const kinds: Values = { txt: "text_file", jsonl: "json_file" };
  return ending === undefined
    ? { kind: "huggingface", source: data }
    : { kind: kinds[ending] ?? `${ending}_file`, path: data };
}

function withoutHyphens(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHyphens);
  if (!isObject(value)) return value;
  // Bodies, labels and routes have names of their own.
  const own = new Set(["body", "params", "labels", "api_routes", "load_kwargs"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key.replaceAll("-", "_"), own.has(key) ? one : withoutHyphens(one)]),
  );
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function defined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
