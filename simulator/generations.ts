import type { IncomingMessage, ServerResponse } from "node:http";
import { Answer, type AnswerHost } from "./answer.ts";
import { engineDead, internalError, tooManyRequests } from "./apiError.ts";
import type { SimulatorConfig } from "./config.ts";
import { Engine } from "./engine.ts";
import type { Fault } from "./faultPlan.ts";
import { FaultPlan } from "./faultPlan.ts";
import { type Api, readGenerationRequest } from "./generationRequest.ts";
import { planOutput } from "./output.ts";
import { parseBody } from "./requestFields.ts";
import { mix } from "./seededHash.ts";
import { StepClock } from "./stepClock.ts";

/** The engine in real time with everything that is being answered. */
export class Generations {
  readonly engine: Engine;
  readonly clock: StepClock;
  readonly #config: SimulatorConfig;
  readonly #faults: FaultPlan;
  readonly #host: AnswerHost;
  readonly #live = new Set<Answer>();
  readonly #queued = new Set<Answer>();
  #dead = false;
  #ids = 0;

  constructor(config: SimulatorConfig, headers: Readonly<Record<string, string>>) {
    this.#config = config;
    this.#faults = new FaultPlan(config.faults);
    this.engine = new Engine(config);
    this.clock = new StepClock(this.engine, config.speed, () => this.#flush());
    this.#host = {
      headers,
      queued: (answer) => this.#queued.add(answer),
      closed: (answer) => this.#closed(answer),
      engineDied: () => this.#die(),
    };
  }

  /** vLLM's server outlives its engine only with VLLM_KEEP_ALIVE_ON_ENGINE_DEATH; so does this one, always. */
  get engineIsDead(): boolean {
    return this.#dead;
  }

  get inFlight(): number {
    return this.#live.size;
  }

  /** Numbers a request on arrival and gives the fault ordered for it. */
  arrive(): Fault | null {
    return this.#faults.next();
  }

  /** Answers a request whose body is complete; throws the ApiError that is the answer instead. */
  start(api: Api, fault: Fault | null, text: string, request: IncomingMessage, response: ServerResponse): void {
    if (this.#dead) throw engineDead();
    if (fault?.kind === "http500") throw internalError();
    if (fault?.kind === "http429") throw tooManyRequests(fault.retryAfterSeconds);
    const asked = readGenerationRequest(api, parseBody(text), this.#config);
    const outputs = asked.prompts.map((prompt, i) => planOutput(this.#config.seed, prompt, asked.maxTokens[i]!, asked));
    const identity = {
      api,
      id: `${api === "chat" ? "chatcmpl" : "cmpl"}-${this.#requestId(request)}`,
      created: Math.floor(Date.now() / 1000),
      model: this.#config.model,
    };
    const answer = new Answer(this.#host, identity, asked, outputs, fault, response);
    if (fault?.kind === "empty") {
      answer.sendEmpty();
      return;
    }
    this.#live.add(answer);
    // What is due before this arrival happens first.
    const nowMs = this.clock.catchUp();
    for (const [i, output] of outputs.entries()) {
      const wanted = {
        prompt: asked.prompts[i]!,
        outputToken: output.tokenAt,
        outputTokens: output.tokens,
        finishReason: output.finishReason,
        maxTokens: asked.maxTokens[i]!,
      };
      const onToken = (index: number, _timeMs: number, last: boolean): void => answer.onToken(i, index, last);
      answer.sequences.push(this.engine.submit(wanted, nowMs, onToken));
    }
    this.clock.poke();
  }

  stop(): void {
    this.clock.stop();
  }

  #requestId(request: IncomingMessage): string {
    const given = request.headers["x-request-id"];
    if (typeof given === "string" && given !== "") return given;
    const number = this.#ids++;
    const half = (lane: number): string => mix(mix(this.#config.seed, lane), number).toString(16).padStart(8, "0");
    return half(1) + half(2);
  }

  #flush(): void {
    for (const answer of this.#queued) answer.flush();
    this.#queued.clear();
  }

  #closed(answer: Answer): void {
    this.#queued.delete(answer);
    if (!this.#live.delete(answer)) return;
    for (const sequence of answer.sequences) this.engine.abort(sequence);
  }

  #die(): void {
    this.#dead = true;
    for (const answer of [...this.#live]) {
      for (const sequence of answer.sequences) this.engine.abort(sequence, "error");
      answer.fail(engineDead());
    }
  }
}
