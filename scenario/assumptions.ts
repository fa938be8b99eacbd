import { attentionParamBytes, ffnParamBytes, paramGroups } from "./modelSize.ts";
import { efficiency, matrixTflops, overhead, stepTiming } from "./roofline.ts";
import { type AnySimulatedTarget, simulatorOf } from "./simulated.ts";

/** Every assumption of a simulated engine's timing, in sentences with numbers, for reports and manifests. */
export function assumptions(target: AnySimulatedTarget): string[] {
  const { engine, fit, gpu, model } = target;
  const simulator = simulatorOf(target);
  const timing = stepTiming(gpu, model, engine, simulator.slowdown);
  const tp = engine.tensorParallel;
  const cards = tp === 1 ? `one ${gpu.name}` : `${tp} x ${gpu.name}`;
  const groups = paramGroups(model);
  const read =
    2 * groups.outputLayer + attentionParamBytes(model) * groups.attention + ffnParamBytes(model) * groups.sharedFfn;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const ms = (value: number) => `${value.toPrecision(3)} ms`;
  return [
    `No GPU took part: latencies follow a roofline model of ${model.name} on ${cards}, computed from data sheets.`,
    `Memory is read at ${percent(efficiency.memoryBandwidth)} of ${gpu.bandwidthGBs} GB/s per GPU.`,
    `Matrices multiply at ${percent(efficiency.matrixFlops)} of ${matrixTflops(gpu, model)} dense TFLOP/s per GPU, attention at ` +
      `${percent(efficiency.attentionFlops)} of ${gpu.bf16Tflops}.`,
    `Every step reads ${(read / 1e9).toFixed(1)} GB of weights (${ms(timing.denseWeightReadMs)})` +
      (model.moe
        ? ` and those of the routed experts that its tokens reach, ${ms(timing.expertWeightReadMs)} for all of them; routing is uniform.`
        : "."),
    `One token computes for ${ms(timing.computeMsPerToken)}, reads ${fit.kvBytesPerToken} bytes of KV cache per GPU for each token ` +
      `before it, and a step takes the longer of reading weights and computing, plus reading the KV cache.`,
    `A step costs ${ms(timing.stepOverheadMs)} besides: ${overhead.stepMs} ms of scheduling and sampling, ${overhead.layerMs} ms a layer` +
      (tp > 1 && gpu.link
        ? `, and two all-reduces of ${gpu.link.allReduceMicros} µs a layer over ${gpu.link.name} (${percent(efficiency.link)} of ` +
          `${gpu.link.GBs} GB/s).`
        : "."),
    `A request costs ${ms(timing.requestOverheadMs)} outside the GPU: HTTP, tokenising, detokenising.`,
    `The KV cache has ${fit.kvBlocks} blocks of ${engine.blockSize} tokens: what ${percent(engine.gpuMemoryUtilization)} of ` +
      `${gpu.memoryGiB} GiB leaves beside weights, activations, CUDA graphs and buffers.`,
    ...(model.moe ? ["Sliding or chunked attention is not modelled: every layer attends to the whole context."] : []),
    ...(target.method === "llm-d"
      ? [`Each of the ${engine.replicas} decode pods is simulated like this; gateway and endpoint picker are real.`]
      : []),
    ...(engine.replicas > 1 && target.method !== "llm-d"
      ? [`One replica is simulated, not the ${engine.replicas} that the scenario asks for.`]
      : []),
    ...(simulator.slowdown === 1
      ? []
      : [`Every time is multiplied by ${simulator.slowdown} on request (simulator.slowdown).`]),
    ...(simulator.speed === 1
      ? []
      : [`The engine runs ${simulator.speed} times faster than real time (simulator.speed).`]),
    ...(simulator.faults.length === 0
      ? []
      : [`Faults are injected on request: ${simulator.faults.map(({ kind }) => kind).join(", ")}.`]),
  ];
}
