import type { ServerResponse } from "node:http";
import type { ApiError } from "./apiError.ts";
import { EventStream } from "./eventStream.ts";
import type { Fault } from "./faultPlan.ts";
import type { GenerationRequest } from "./generationRequest.ts";
import type { Output } from "./output.ts";
import type { Sequence } from "./sequence.ts";
import {
  asciiJson,
  DONE_EVENT,
  EventFormat,
  errorEvent,
  fullBody,
  type ResponseIdentity,
  type Usage,
} from "./wireFormat.ts";

/** What an answer asks of the server around it. */
export interface AnswerHost {
  readonly headers: Readonly<Record<string, string>>;
  /** Has events queued; the host flushes it after the batch of step ends at hand. */
  queued(answer: Answer): void;
  /** Over: nothing more will be sent. Its sequences leave the engine. */
  closed(answer: Answer): void;
  /** The fault "engineDead" struck. */
  engineDied(): void;
}

/** One generation request being answered, streamed or whole, with the fault that was ordered for it. */
export class Answer {
  readonly sequences: Sequence[] = [];
  readonly #host: AnswerHost;
  readonly #identity: ResponseIdentity;
  readonly #request: GenerationRequest;
  readonly #outputs: readonly Output[];
  readonly #fault: Fault | null;
  readonly #response: ServerResponse;
  readonly #format: EventFormat;
  readonly #stream: EventStream | null;
  readonly #texts: string[];
  #opened = false;
  #sent = 0;
  #unfinished: number;
  /** Nothing goes out any more, though the connection may stay open (a stall). */
  #silent = false;

  constructor(
    host: AnswerHost,
    identity: ResponseIdentity,
    request: GenerationRequest,
    outputs: readonly Output[],
    fault: Fault | null,
    response: ServerResponse,
  ) {
    this.#host = host;
    this.#identity = identity;
    this.#request = request;
    this.#outputs = outputs;
    this.#fault = fault;
    this.#response = response;
    this.#unfinished = outputs.length;
    this.#texts = outputs.map(() => "");
    this.#format = new EventFormat(identity, request.includeUsage, request.continuousUsage);
    this.#stream = request.stream ? new EventStream(response, host.headers) : null;
    response.once("close", () => this.#close());
  }

  /** Ends at once without a token: the fault "empty". */
  sendEmpty(): void {
    const nothing: Output = { ...this.#outputs[0]!, tokens: 0, finishReason: "stop", stopReason: null };
    if (this.#stream) {
      this.#stream.push(this.#format.opening(this.#usage()));
      this.#stream.push(this.#format.usage(this.#usage()));
      this.#endStream();
    } else {
      this.#sendBody(fullBody(this.#identity, [nothing], [""], this.#usage()));
    }
  }

  /** The engine made token `index` of sequence `which`. */
  onToken(which: number, index: number, last: boolean): void {
    if (this.#silent) return;
    if (this.#strikes()) return;
    this.#sent++;
    const output = this.#outputs[which]!;
    const text = output.textAt(index);
    if (last) this.#unfinished--;
    if (this.#stream) this.#sendToken(this.#stream, which, text, last ? output : null);
    else {
      this.#texts[which] += text;
      if (this.#unfinished === 0) this.#finishWhole();
    }
  }

  flush(): void {
    this.#stream?.flush();
  }

  /** Ends with an error: an event inside the stream that has begun, or the answer itself. */
  fail(error: ApiError): void {
    if (this.#silent) return;
    if (this.#stream) {
      this.#stream.push(errorEvent(error.body));
      this.#endStream();
    } else {
      this.#sendBody(asciiJson(error.body), error.status);
    }
  }

  #sendToken(stream: EventStream, which: number, text: string, ended: Output | null): void {
    const usage = this.#usageOf(which);
    if (!this.#opened) {
      this.#opened = true;
      stream.push(this.#format.opening({ ...usage, completionTokens: 0 }));
    }
    if (this.#fault?.kind === "malformed" && this.#sent === this.#strikingToken() + 1) {
      stream.push(`data: {"id":${asciiJson(this.#identity.id)},"choices":[{"index":0,\n\n`);
    } else if (ended) {
      stream.push(this.#format.last(which, text, ended, usage));
    } else {
      stream.push(this.#format.token(which, text, usage));
    }
    if (this.#unfinished > 0) this.#host.queued(this);
    else {
      stream.push(this.#format.usage(this.#usage()));
      this.#endStream();
    }
  }

  #finishWhole(): void {
    const body = fullBody(this.#identity, this.#outputs, this.#texts, this.#usage());
    this.#sendBody(this.#fault?.kind === "malformed" ? body.slice(0, body.length >> 1) : body);
  }

  /** Tokens that go out before the fault: fewer than ordered where the output is too short for it, so that it always strikes. */
  #strikingToken(): number {
    const total = this.#outputs.reduce((sum, output) => sum + output.tokens, 0);
    return Math.min(this.#fault!.afterTokens, total - 1);
  }

  #strikes(): boolean {
    if (!this.#fault || this.#sent !== this.#strikingToken()) return false;
    switch (this.#fault.kind) {
      case "cut":
        this.#silent = true;
        if (this.#stream) this.#stream.cut();
        else this.#response.socket?.destroy();
        return true;
      case "stall":
        // The connection stays open until the client gives up; the engine goes on without this request.
        this.#silent = true;
        this.#stream?.flush();
        this.#host.closed(this);
        return true;
      case "engineDead":
        this.#host.engineDied();
        return true;
      default:
        return false;
    }
  }

  #endStream(): void {
    this.#silent = true;
    this.#stream!.push(DONE_EVENT);
    this.#stream!.end();
    this.#host.closed(this);
  }

  #sendBody(body: string, status = 200): void {
    this.#silent = true;
    this.#response.writeHead(status, {
      ...this.#host.headers,
      "content-type": "application/json",
      "content-length": String(body.length),
    });
    this.#response.end(body);
    this.#host.closed(this);
  }

  #close(): void {
    this.#silent = true;
    this.#host.closed(this);
  }

  /** Of the whole request. */
  #usage(): Usage {
    let [promptTokens, completionTokens, cachedTokens] = [0, 0, 0];
    for (const [i, prompt] of this.#request.prompts.entries()) {
      promptTokens += prompt.length;
      completionTokens += this.sequences[i]?.output ?? 0;
      cachedTokens += this.sequences[i]?.cachedTokens ?? 0;
    }
    return { promptTokens, completionTokens, cachedTokens };
  }

  #usageOf(which: number): Usage {
    const sequence = this.sequences[which]!;
    return {
      promptTokens: sequence.request.prompt.length,
      completionTokens: sequence.output,
      cachedTokens: sequence.cachedTokens,
    };
  }
}
