// Windows of one browser: whoever opens an attempt later says so, and every older one turns read-only.

export function announce(attempt, onNewer) {
  if (!("BroadcastChannel" in window)) return; // the heartbeat tells it too, a little later
  const channel = new BroadcastChannel(`quizapp-${attempt}`);
  channel.onmessage = onNewer;
  channel.postMessage("opened");
}
