/** An answer other than 200, with the body that vLLM gives it. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

function errorBody(message: string, type: string, param: string | null, code: number): unknown {
  return { error: { message, type, param, code } };
}

/** A parameter that vLLM itself refuses. */
export function badRequest(message: string, param: string | null = null): ApiError {
  return new ApiError(400, message, errorBody(message, "BadRequestError", param, 400));
}

/** A body that the schema refuses; vLLM repeats its validator's findings in Python's notation, one a line. */
export function invalidBody(type: string, location: string, message: string, input: string, context = ""): ApiError {
  const finding = `{'type': '${type}', 'loc': '${location}', 'msg': '${message}', 'input': ${input}${context}}`;
  const text = `1 validation error:\n  ${finding}`;
  return new ApiError(400, text, errorBody(text, "Bad Request", location, 400));
}

/** vLLM reads JSON only when the header says JSON. */
export function notJson(): ApiError {
  const text = "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";
  return new ApiError(400, text, errorBody(text, "Bad Request", null, 400));
}

export function unknownModel(asked: string, served: string): ApiError {
  const message = `The model \`${asked}\` does not exist. Valid aliases: ${served}.`;
  return new ApiError(404, message, errorBody(message, "NotFoundError", "model", 404));
}

export function unauthorized(): ApiError {
  return new ApiError(401, "Unauthorized", { error: "Unauthorized" });
}

export function notFound(): ApiError {
  return new ApiError(404, "Not Found", { detail: "Not Found" });
}

export function methodNotAllowed(allowed: string): ApiError {
  return new ApiError(405, "Method Not Allowed", { detail: "Method Not Allowed" }, { allow: allowed });
}

export function internalError(message = "Internal server error"): ApiError {
  return new ApiError(500, message, errorBody(message, "InternalServerError", null, 500));
}

/** vLLM itself never limits rates; this is what gateways in front of it answer. */
export function tooManyRequests(retryAfterSeconds: number): ApiError {
  const message = "Rate limit exceeded. Please retry later.";
  return new ApiError(429, message, errorBody(message, "RateLimitError", null, 429), {
    "retry-after": String(retryAfterSeconds),
  });
}

/** What every request gets once the engine process is gone: as a 500, or as an event inside a stream that began with 200. */
export function engineDead(): ApiError {
  return internalError("EngineCore encountered an issue. See stack trace (above) for the root cause.");
}
