/* ---- What is known of each connection, and the figures of messages ---- */

var TEXT_LIMIT = 200;    // characters of a message that an event carries

var notesOf = new WeakMap();       // SockJS object -> what is known of it
var connections = new Map();       // name -> SockJS object, or a plain WebSocket
var nextName = null;               // the name that connect() gives to the object being made
var made = 0;

function newNotes() {
  var notes = {
    name: nextName, sent: 0, received: 0, decided: false, inTimeout: false, attemptStart: 0, attempt: null, owner: null
  };
  if (notes.name === null) notes.name = made === 0 ? "main" : "connection" + (made + 1);
  nextName = null;
  made += 1;
  return notes;
}

var encoder = new TextEncoder();

function bytesOf(text) {
  return encoder.encode(text).length;
}

/** FNV-1a (32 bits) over the UTF-16 code units, eight hexadecimal digits. */
function hashOf(text) {
  var hash = 0x811c9dc5;
  for (var i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function describeMessage(notes, text, n) {
  return {
    connection: notes.name, text: text.slice(0, TEXT_LIMIT), bytes: bytesOf(text), hash: hashOf(text), n: n
  };
}

function plain(value) {
  // What JSON cannot hold (a function as session id) is left out.
  return value === undefined ? null : JSON.parse(stringify(value));
}

/** What every client tells in the same way once it exists. */
function follow(sock, notes) {
  notesOf.set(sock, notes);
  connections.set(notes.name, sock);
  sock.addEventListener("message", function (event) {
    emit("message.in", describeMessage(notes, String(event.data), notes.received));
    notes.received += 1;
  });
  sock.addEventListener("heartbeat", function () {
    emit("heartbeat", { connection: notes.name });
  });
  sock.addEventListener("close", function (event) {
    emit("client.close", {
      connection: notes.name, code: event.code, reason: String(event.reason), was_clean: Boolean(event.wasClean)
    });
    decide(notes);
  });
}

function endAttempt(notes, code, reason) {
  if (notes.attempt === null) return;
  emit("attempt.close", {
    connection: notes.name, transport: notes.attempt, code: code === undefined ? null : code, reason: String(reason)
  });
  notes.attempt = null;
}

/** `options`: those of the client's `transportOptions` that are for this transport; undefined where there are none. */
function startAttempt(notes, transport, budgetMs, url, options) {
  notes.attemptStart = now();
  notes.attempt = transport;
  var data = { connection: notes.name, transport: transport, budget_ms: budgetMs, url: String(url) };
  if (options !== undefined) data.options = plain(options);
  emit("attempt.start", data, notes.attemptStart);
}

/** Before the application hears of it: what it sends from onopen comes after. */
function opened(notes, transport) {
  notes.attempt = null;
  emit("attempt.open", { connection: notes.name, transport: transport });
  emit("client.open", { connection: notes.name, transport: transport });
  decide(notes);
}

/** Replaces proto[name] by one that runs `around` for the clients that are followed. */
function wrapOn(proto, name, around) {
  var original = proto[name];
  if (typeof original !== "function") {
    emit("page.error", { text: "sockjs-client has no " + name + " to record", source: "recorder.js", line: 0 });
    return;
  }
  proto[name] = function () {
    var notes = notesOf.get(this);
    return notes ? around(this, notes, original, arguments) : original.apply(this, arguments);
  };
}

/** Counts a message that the client takes; one that it drops or refuses is none. */
function wrapSend(proto) {
  wrapOn(proto, "send", function (sock, notes, original, args) {
    if (sock.readyState === 1) {
      emit("message.out", describeMessage(notes, String(args[0]), notes.sent));
      notes.sent += 1;
    }
    return original.apply(sock, args);
  });
}
