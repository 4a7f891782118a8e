/* ---- Requests: those that clients make of their endpoints, as far as the browser tells a page of them ----
 *
 * XMLHttpRequest, EventSource and WebSocket are watched while they happen. Of scripts, frames and fetch the browser
 * says when they are over, and nothing where they were given up before. Of forms only WebKit says as much, and of what
 * happens inside of SockJS's own iframe, no browser says anything. */

var FRAME_PAGE = /^iframe[0-9a-z.\-_]*\.html$/;
var POSTED = /\/(xhr|xhr_streaming|xhr_send|jsonp_send)(\?|$)/; // Resource Timing does not tell the method.
var LATER = /^(iframe-|htmlfile|jsonp|xdr)/;       // transports of whose requests only Resource Timing tells
var TIMED = { script: 1, iframe: 1, fetch: 1 };   // initiators that only Resource Timing tells of

var endpoints = new Map();         // path of an endpoint -> {waiting: clients that will ask for /info, last: name}
var attemptsAt = new Map();        // path of an attempt, down to its session -> name of its connection
var framed = null;                 // the connection whose attempt last made an iframe
var asks = 0;

/** [URL without fragment, its path without slashes at the end]. The client's are whole, and read faster than parsed. */
function readUrl(url) {
  var text = String(url);
  try {
    if (!/^(http|ws)s?:\/\//.test(text)) text = new URL(text, document.baseURI).href;
  } catch (error) {
    return ["", ""];
  }
  var whole = text.split("#", 1)[0], bare = whole.split("?", 1)[0];
  var from = bare.indexOf("/", bare.indexOf("//") + 2), to = bare.length;
  while (from >= 0 && bare.charAt(to - 1) === "/" && to > from) to -= 1;
  return [whole, from < 0 ? "" : bare.slice(from, to)];
}

watchers.push(function (event) {
  if (event.kind !== "client.new" && event.kind !== "attempt.start") return;
  var data = event.data, name = data.connection, path = readUrl(data.url)[1];
  if (event.kind === "client.new") {
    var known = endpoints.get(path) || { waiting: [] };
    known.waiting.push(known.last = name);
    endpoints.set(path, known);
  } else if (path) {
    attemptsAt.set(path, name);
    if (data.transport.indexOf("iframe-") === 0) framed = name;
  }
});

/** The name of the connection that asks for what lies at this path now; null where it is no endpoint's. */
function askerOf(path) {
  var cut = path.lastIndexOf("/"), above = path.slice(0, cut), leaf = path.slice(cut + 1);
  var asker = attemptsAt.get(above) || attemptsAt.get(path); // A raw websocket has no session above it.
  var known = endpoints.get(above);
  if (asker || !known) return asker || null;
  if (leaf === "info") return known.waiting.shift() || known.last;
  return FRAME_PAGE.test(leaf) ? framed || known.last : null;
}

/** The request for a URL; null where it is none of an endpoint's. */
function askFor(initiator, method, url) {
  var read = readUrl(url), asker = askerOf(read[1]);
  return asker === null ? null : new Ask(asker, initiator, method, read[0]);
}

/** One request, told of when it begins. `bytes` and `why` are null where the browser does not say. */
function Ask(connection, initiator, method, url) {
  this.connection = connection;
  this.initiator = initiator;
  this.method = String(method).toUpperCase();
  this.url = url;
  this.number = 0;
  this.text = "";        // what had come of the answer when the browser last told of it
  this.over = undefined; // when the whole answer had come
  this.answered = this.ended = this.left = false;
}

Ask.prototype.begin = function (t) {
  this.number = asks += 1;
  emit("request", {
    connection: this.connection, request: this.number, method: this.method, url: this.url, initiator: this.initiator
  }, t);
};

Ask.prototype.answer = function (status, t) {
  if (this.answered || this.ended) return;
  this.answered = true;
  emit("response", { connection: this.connection, request: this.number, status: status }, t);
};

Ask.prototype.end = function (why, bytes, t) {
  if (this.ended) return;
  this.ended = true;
  this.text = "";
  emit("response.end", { connection: this.connection, request: this.number, bytes: bytes, why: why }, t);
};

/* XMLHttpRequest: listened to from open() on, so before the client, which may abort() from within its own handler. */

var HOW = { load: "done", abort: "aborted", error: "error", timeout: "timeout" };
var askOf = new WeakMap();         // XMLHttpRequest, EventSource or WebSocket -> its Ask

Ask.prototype.handleEvent = function (event) {
  var xhr = event.currentTarget;
  if (askOf.get(xhr) !== this || !this.number) return;
  if (event.type === "readystatechange") {
    this.look(xhr);
  } else {
    this.end(HOW[event.type], event.type === "load" ? event.loaded : bytesOf(this.text), this.over);
  }
};

Ask.prototype.look = function (xhr) {
  var state = xhr.readyState, status = xhr.status;
  if (state >= 2 && status) this.answer(status);
  if (state === 4 && status) this.over = now(); // The client reads it now, and "load" comes when it has.
  if (state !== 3 || (xhr.responseType !== "" && xhr.responseType !== "text")) return;
  var before = this.text;
  this.text = xhr.responseText;
  if (before || !this.text) return;
  var bytes = bytesOf(this.text);
  emit("response.data", { connection: this.connection, request: this.number, bytes: bytes, total: bytes });
};

function watchXhr(proto) {
  proto.open = new Proxy(proto.open, {
    apply: function (open, xhr, args) {
      Reflect.apply(open, xhr, args);
      var ask = askFor("xmlhttprequest", args[0], args[1]);
      askOf.delete(xhr);
      if (ask === null) return;
      askOf.set(xhr, ask);
      xhr.addEventListener("readystatechange", ask);
      Object.keys(HOW).forEach(function (type) { xhr.addEventListener(type, ask); });
    }
  });
  proto.send = new Proxy(proto.send, {
    apply: function (send, xhr, args) {
      var ask = askOf.get(xhr);
      if (ask && !ask.number) ask.begin();
      return Reflect.apply(send, xhr, args);
    }
  });
}

if (window.XMLHttpRequest) watchXhr(XMLHttpRequest.prototype); // A persona may have taken it away.

/* EventSource and WebSocket. Their bytes are not told; what they bring are frames. */

/** Puts a constructor in place of window[name] whose objects `follow` sees, and watches their close(). */
function watchConstructor(name, follow, closed) {
  var Native = window[name];
  if (typeof Native !== "function") return;
  window[name] = new Proxy(Native, {
    construct: function (target, args, newTarget) {
      var ask = askFor(name.toLowerCase(), "GET", args[0]), t = now();
      var made = Reflect.construct(target, args, newTarget);
      if (ask === null) return made;
      askOf.set(made, ask);
      ask.begin(t);
      follow(made, ask);
      return made;
    }
  });
  Native.prototype.close = new Proxy(Native.prototype.close, {
    apply: function (close, made, args) {
      var ask = askOf.get(made);
      if (ask) closed(ask);
      return Reflect.apply(close, made, args);
    }
  });
}

watchConstructor("EventSource", function (source, ask) {
  source.addEventListener("open", function () { ask.answer(200); });
  // A whole answer and one that was cut are the same to it.
  source.addEventListener("error", function () { ask.end(ask.answered ? null : "error", null); });
}, function (ask) { ask.end("aborted", null); });

watchConstructor("WebSocket", function (socket, ask) {
  socket.addEventListener("open", function () { ask.answer(101); });
  socket.addEventListener("close", function (event) {
    if (ask.answered) emit("ws.close", { connection: ask.connection, request: ask.number, code: event.code });
    else ask.end(ask.left ? "aborted" : "error", null);
  });
}, function (ask) { ask.left = true; });

/* The rest, when it is over. An answer of another origin that does not allow it hides its times, status and size. */

function tellTimed(entry) {
  var method = POSTED.test(entry.name) ? "POST" : "GET";
  var ask = TIMED[entry.initiatorType] ? askFor(entry.initiatorType, method, entry.name) : null;
  if (ask === null) return;
  var open = entry.responseStart > 0;
  ask.begin(epoch + entry.startTime);
  if (open) ask.answer(entry.responseStatus || null, epoch + entry.responseStart);
  ask.end(null, open ? entry.encodedBodySize : null, epoch + entry.responseEnd);
}

/* An observer is told of every request, which costs each: it waits for the first attempt that it is needed for. */
var timing = null;
watchers.push(function (event) {
  if (timing || event.kind !== "attempt.start" || !LATER.test(event.data.transport) || !window.PerformanceObserver) return;
  timing = new PerformanceObserver(function (list) { list.getEntries().forEach(tellTimed); });
  timing.observe({ type: "resource", buffered: true });
});
