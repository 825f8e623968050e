// One question to the server. Whatever is not exactly our JSON counts as offline: a captive portal
// also answers 200, and a half-open line also ends.

const PATIENCE_MS = 15000;

/** {told: body}, {refused: code, facts: body}, or {} when there was no answer of ours. */
export async function ask(url, config, body, keepalive = false) {
  try {
    const response = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-Attempt-Token": config.token },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
      keepalive,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return sort(response, await response.json(), config.protocol);
  } catch {
    return {};
  }
}

function sort(response, body, protocol) {
  if (response.ok && body?.protocol === protocol) return { told: body };
  const isOurs = typeof body?.code === "string" && body.type === `urn:quizapp:${body.code}`;
  return isOurs && response.status < 500 ? { refused: body.code, facts: body } : {};
}

export function isClock(body) {
  return Number.isFinite(Date.parse(body.server_now)) && Number.isFinite(Date.parse(body.deadline))
    && Number.isInteger(body.writer) && typeof body.state === "string" && typeof body.paused === "boolean";
}

const WORTHS = new Set(["counted", "late", "stale_writer", "closed_section"]);

/** Whether this is the acknowledgement of a batch of this attempt: every entry of the answer makes sense. */
export function isAcknowledgement(body, attempt) {
  return isClock(body) && body.attempt === attempt && Array.isArray(body.acknowledged)
    && body.acknowledged.every((entry) => Number.isInteger(entry?.client_seq) && WORTHS.has(entry.disposition));
}
