// What is not acknowledged yet, on this device: encrypted with the attempt's own key, which only the
// server can give again, so that a shared computer keeps no readable answers.

const DATABASE = "quizapp-journal";
const ENTRIES = "entries";

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(ENTRIES, { keyPath: "id", autoIncrement: true });
    store.createIndex("attempt", "attempt");
  };
  return done(request);
}

export class Journal {
  #database;
  #key;
  #attempt;

  static async open(attempt, keyText) {
    const bytes = Uint8Array.from(atob(keyText), (letter) => letter.charCodeAt(0));
    const journal = new Journal();
    journal.#attempt = attempt;
    journal.#key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    journal.#database = await opened();
    return journal;
  }

  #store(mode) {
    return this.#database.transaction(ENTRIES, mode, { durability: "strict" }).objectStore(ENTRIES);
  }

  /** Keep an entry; it is given its id, and written again under the same one when it has changed. */
  async put(entry) {
    const { id, ...said } = entry;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(said));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.#key, text);
    const record = { attempt: this.#attempt, iv, data, ...(id === undefined ? {} : { id }) };
    const store = this.#store("readwrite");
    const committed = new Promise((resolve, reject) => {
      store.transaction.oncomplete = resolve;
      store.transaction.onabort = () => reject(store.transaction.error);
    });
    entry.id = await done(store.put(record));
    await committed;
  }

  /** Every entry of this attempt that its key opens, in the order they were made. */
  async all() {
    const records = await done(this.#store("readonly").index("attempt").getAll(this.#attempt));
    const entries = await Promise.all(records.map((record) => this.#read(record)));
    return entries.filter(Boolean).sort((a, b) => a.writer - b.writer || a.client_seq - b.client_seq);
  }

  async #read(record) {
    try {
      const data = await crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv }, this.#key, record.data);
      return { ...JSON.parse(new TextDecoder().decode(data)), id: record.id };
    } catch {
      return null; // another key's: not ours to read, not ours to remove
    }
  }

  async remove(entries) {
    const store = this.#store("readwrite");
    await Promise.all(entries.filter((e) => e.id !== undefined).map((e) => done(store.delete(e.id))));
  }
}
