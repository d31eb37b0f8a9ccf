// Asks the service, and says in words what went wrong.

const PATIENCE_MS = 30_000;
const RETRIED = new Set([0, 429, 503]);

let key = sessionStorage.getItem("engram-key") ?? "";

/** Keeps a key for as long as this tab lives. */
export function useKey(value) {
  key = value;
  sessionStorage.setItem("engram-key", value);
}

export const hasKey = () => key !== "";

/** Why there is no answer. status is 0 where the service did not answer at all. */
export class Failure extends Error {
  constructor(sentence, status, code = "", retryAfter = 0) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get passes() {
    return RETRIED.has(this.status);
  }
}

/** The JSON of a reply. Throws a Failure, or an AbortError where the signal was used. */
export const call = async (path, body, signal) => (await callNamed(path, body, signal)).reply;

/** {reply, requestId}: the same, with the id by which the service knows the request. */
export async function callNamed(path, body, signal) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const headers = { ...(key && { Authorization: `Bearer ${key}` }) };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(new URL(path, document.baseURI), {
      method: body === undefined ? "GET" : "POST",
      body: body === undefined ? undefined : JSON.stringify(body),
      headers,
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    if (response.ok) return { reply: await response.json(), requestId: response.headers.get("X-Request-ID") };
  } catch (error) {
    if (signal?.aborted) throw error;
    if (patience.aborted) throw new Failure(`The service has not answered for ${PATIENCE_MS / 1000} seconds.`, 504);
    throw new Failure("The service does not answer: it is stopped, or out of reach.", 0);
  }
  throw await failureOf(response);
}

async function failureOf(response) {
  const told = await response.json().catch(() => ({}));
  const said = typeof told.error === "string" ? sentence(told.error) : "";
  const wait = Number(response.headers.get("Retry-After")) || 0;
  return new Failure(words(response, said), response.status, told.code ?? "", wait);
}

function words({ status, statusText }, said) {
  switch (status) {
    case 401:
    case 403:
      return hasKey() ? "The service does not take this key." : "This service answers only with a key.";
    case 413:
      return `This is more than the service takes at once. ${said}`.trim();
    case 429:
      return "The service has too much to do at the moment.";
    case 503:
      return `The service is not ready. ${said}`.trim();
    case 504:
      return "The service took too long for this.";
    default:
      return said || `The service answered ${status} ${statusText}`.trim() + ".";
  }
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

/** Milliseconds to wait before an attempt is made anew: the service's wish, else longer each time. */
export const backOff = (failure, attempt) =>
  Math.min(10_000, Math.max(1000 * failure.retryAfter, 500 * 2 ** attempt));

/** Waits, unless the signal is used meanwhile. */
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
